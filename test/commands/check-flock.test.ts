import assert from 'node:assert/strict';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {practiceAppKey} from '../../source/practice/provider.ts';
import {workplace} from '../helpers/program.ts';

/** A practice token as the stand-in remembers it. */
function tokenOf(bot: string, number: number) {
	const userId = String(7_000_000_000 + number);
	return {
		token: `${userId}-practiceToken${number}`,
		secret: `practice-secret-${number}`,
		userId,
		handle: bot,
		consumerKey: practiceAppKey.consumerKey,
		access: 'read-write',
		revoked: false,
	};
}

/** What is wrong with every hundredth bot: what the stand-in knows of its token, and the status and error of a check. */
const kinds = [
	{known: {revoked: true}, status: 'rejected', code: 'x-token'},
	{known: {token: '7-practiceAnother'}, status: 'rejected', code: 'x-token'},
	{known: {access: 'read'}, status: 'read-only', code: undefined},
	{known: {secret: 'practice-another-secret'}, status: 'ready', code: 'x-app-key'},
	{known: {userId: '8000000000'}, status: 'ready', code: 'x-answer'},
];

test('of a flock of 1,000 keys, check finds the ten that are bad, and no other', async context => {
	const bots = Array.from({length: 1000}, (_, number) => `bot_${String(number).padStart(4, '0')}`);
	const bad = new Map(
		bots.filter((_, number) => number % 100 === 37).map((bot, index) => [bot, kinds[index % kinds.length]]),
	);
	assert.equal(bad.size, 10);

	const place = await workplace(bots);
	context.after(() => place.close());
	const tokens = bots.map(tokenOf);
	await mkdir(path.join(place.folder, 'keystore', 'practice'), {recursive: true, mode: 0o700});
	await writeFile(
		path.join(place.folder, 'keystore', 'practice', '.provider.json'),
		JSON.stringify({version: 1, tokens: tokens.map(token => ({...token, ...bad.get(token.handle)?.known}))}),
	);
	await writeFile(
		path.join(place.folder, 'keys.json'),
		JSON.stringify(
			tokens.map(({token, secret, userId, handle}) => ({
				version: 1,
				bot: handle,
				handle,
				userId,
				...practiceAppKey,
				accessToken: token,
				accessSecret: secret,
			})),
		),
	);
	const taken = await place.run(['import', 'keys.json']);
	assert.deepEqual([taken.code, taken.err], [0, '1000 keys imported, 0 already there, 0 not imported.\n']);

	const checked = await place.run(['check', '--json']);
	assert.equal(checked.code, 1);
	assert.match(
		checked.err,
		/^Checking 1000 keys with X: 1000 calls, billed about \$10\.00\.\n1000 bots checked: 990 ready, 2 read-only, 4 rejected, 2 failed \(x-answer\), 2 failed \(x-app-key\)\.\n$/,
	);
	const results: {bot: string; status: string; error: {code: string} | null}[] = JSON.parse(checked.out);
	assert.deepEqual(
		results.map(({bot}) => bot),
		bots,
	);
	assert.deepEqual(
		results
			.filter(({status, error}) => status !== 'ready' || error !== null)
			.map(({bot, status, error}) => ({bot, status, code: error?.code})),
		[...bad].map(([bot, kind]) => ({bot, status: kind?.status, code: kind?.code})),
	);

	const listed: {bot: string; status: string; checkedAt: string | null}[] = JSON.parse(
		(await place.run(['list', '--json'])).out,
	);
	assert.equal(listed.filter(({status}) => status === 'rejected').length, 4);
	assert.equal(listed.filter(({status}) => status === 'read-only').length, 2);
	// Those that X did not name, for a reason that is not the key's, count as not checked.
	assert.equal(listed.filter(({checkedAt}) => checkedAt === null).length, 4);
});
