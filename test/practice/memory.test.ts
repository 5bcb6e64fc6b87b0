import assert from 'node:assert/strict';
import {mkdir, readdir, readFile, stat, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {suite, test} from 'node:test';
import {startPractice} from '../../source/practice/provider.ts';
import {openTokens} from '../../source/practice/tokens.ts';
import {call} from './call.ts';
import {authorize, practiceFor, statePathFor} from './fixture.ts';

const me = 'GET /2/users/me';

suite('practice remembers', () => {
	test('a token works in a later run, and the account then gets the same one', async t => {
		const statePath = await statePathFor(t);
		const first = await startPractice({statePath, handles: []});
		const token = await authorize(first, 'harbour_poem');
		await first.close();

		const later = await practiceFor(t, {statePath});
		assert.equal((await call(later, {route: me, token})).status, 200);
		assert.deepEqual(await authorize(later, 'harbour_poem'), token);
	});

	test('a revocation lasts, and the account then gets another token', async t => {
		const statePath = await statePathFor(t);
		const first = await startPractice({statePath, handles: []});
		const token = await authorize(first, 'harbour_poem');
		assert.equal((await call(first, {route: 'POST /1.1/oauth/invalidate_token', token})).status, 200);
		assert.equal((await call(first, {route: me, token})).status, 401);
		await first.close();

		const later = await practiceFor(t, {statePath});
		assert.equal((await call(later, {route: me, token})).status, 401);
		assert.notEqual((await authorize(later, 'harbour_poem')).token, token.token);
	});

	test('two at once see each other’s tokens and revocations', async t => {
		const statePath = await statePathFor(t);
		const [one, other] = [await practiceFor(t, {statePath}), await practiceFor(t, {statePath})];
		const token = await authorize(one, 'harbour_poem');
		assert.equal((await call(other, {route: me, token})).status, 200);
		assert.deepEqual(await authorize(other, 'harbour_poem'), token);
		await call(other, {route: 'POST /1.1/oauth/invalidate_token', token});
		assert.equal((await call(one, {route: me, token})).status, 401);
	});

	test('tokens granted at the same time by several are all kept once each has ended', async t => {
		const statePath = await statePathFor(t);
		const several = Array.from({length: 4}, () => openTokens(statePath));
		const grants = several.flatMap((tokens, i) =>
			Array.from({length: 5}, (_, j) => tokens.grant(`bot_${i}_${j}`, 'practice', 'read')),
		);
		const granted = await Promise.all(grants);
		for (const tokens of several) {
			await tokens.settle();
		}

		const fresh = openTokens(statePath);
		assert.equal((await fresh.handles()).length, 20);
		for (const {token} of granted) {
			assert.equal((await fresh.find(token))?.token, token);
		}
	});

	test('what another has overwritten is written again at the end, a revocation too', async t => {
		const statePath = await statePathFor(t);
		const one = await startPractice({statePath, handles: []});
		const token = await authorize(one, 'harbour_poem');
		const before = await readFile(statePath);
		await call(one, {route: 'POST /1.1/oauth/invalidate_token', token});
		const other = await authorize(one, 'kettle_poem');
		await writeFile(statePath, before);
		await one.close();
		const fresh = openTokens(statePath);
		assert.equal((await fresh.find(token.token))?.revoked, true);
		assert.equal((await fresh.find(other.token))?.revoked, false);
	});

	test('the file is for its owner alone, and nothing is left beside it', async t => {
		const statePath = await statePathFor(t);
		await authorize(await practiceFor(t, {statePath}), 'harbour_poem');
		assert.equal((await stat(statePath)).mode & 0o777, 0o600);
		assert.equal((await stat(dirname(statePath))).mode & 0o777, 0o700);
		assert.deepEqual(await readdir(dirname(statePath)), ['practice-x.json']);
		for (const {token, secret} of JSON.parse(await readFile(statePath, 'utf8')).tokens) {
			assert.match(token, /practice/);
			assert.match(secret, /practice/);
		}
	});

	const damaged: [string, string][] = [
		['empty', ''],
		['NULs', '\0\0\0\0'],
		['null', 'null'],
		['an array', '[]'],
		['of another version', '{"version":2,"tokens":[]}'],
		['cut off', '{"version":1,"tokens":[{"token":"1-pra'],
		['full of other things', '{"version":1,"tokens":[7,null,{"token":"1-practice"}]}'],
	];
	for (const [what, bytes] of damaged) {
		test(`a file that is ${what} counts as none`, async t => {
			const statePath = await statePathFor(t);
			await mkdir(dirname(statePath), {recursive: true});
			await writeFile(statePath, bytes);
			const practice = await practiceFor(t, {statePath});
			const token = await authorize(practice, 'harbour_poem');
			assert.ok(await openTokens(statePath).find(token.token));
		});
	}

	test('a place that cannot be written leaves tokens in memory', async t => {
		const statePath = await statePathFor(t);
		await writeFile(dirname(statePath), 'a file where the folder should be');
		const practice = await practiceFor(t, {statePath});
		const token = await authorize(practice, 'harbour_poem');
		assert.equal((await call(practice, {route: me, token})).status, 200);
	});
});
