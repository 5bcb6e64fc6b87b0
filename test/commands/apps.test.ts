import assert from 'node:assert/strict';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {check} from '../../source/commands/check.ts';
import {exec} from '../../source/commands/exec.ts';
import {exportKeys} from '../../source/commands/export.ts';
import {importKeys} from '../../source/commands/import.ts';
import {revoke} from '../../source/commands/revoke.ts';
import {createKeymaker} from '../../source/keymaker/keymaker.ts';
import {approve} from '../helpers/approve.ts';
import {inherited} from '../helpers/environment.ts';
import {assertHarmless} from '../helpers/secrets.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

/** An app besides practice's own, which is the one in use; its secret needs care in most files. */
const other = {consumerKey: 'anotherPracticeConsumerKey', consumerSecret: 'a-practice%secret=of#another$app'};

let flock: TestServices;

beforeEach(async () => {
	flock = await testServices({poems: ['harbour', 'kettle'], otherApps: [other]});
	await flock.authorize('harbour', 'harbour_poem');
	await authorizeByOther('kettle', 'kettle_poem');
});

afterEach(() => flock.close());

/** Takes a bot through the flow while the other app is the one in use. */
async function authorizeByOther(bot: string, account: string): Promise<void> {
	const keymaker = createKeymaker({
		...flock.services,
		appSource: async () => ({appKey: other, from: 'environment'}),
	});
	const link = await keymaker.requestLink(bot);
	const {kind} = await keymaker.submitPin(link, await approve(link.url, account));
	assert.equal(kind, 'saved');
}

async function checkedOf({services}: TestServices): Promise<string[]> {
	const run = collect();
	await check({bots: [], json: true}, services, run.write);
	return JSON.parse(run.out.join('\n')).map(
		({bot, status, error}: {bot: string; status: string; error: {code: string} | null}) =>
			`${bot} ${status} ${error?.code ?? 'well'}`,
	);
}

test('X is asked about each key with the app that it was made with', async () => {
	assert.deepEqual(await checkedOf(flock), ['harbour ready well', 'kettle ready well']);
	assert.deepEqual(
		flock.practice
			.log()
			.filter(({path}) => path === '/2/users/me')
			.map(({status}) => status),
		[200, 200],
	);
});

test('exec gives each program the app of its bot’s key', async () => {
	const run = collect();
	const command = ['sh', '-c', 'echo "$TWITTER_CONSUMER_KEY $TWITTER_CONSUMER_SECRET"'];
	const env = {...inherited(), TWITTER_CONSUMER_KEY: 'not-a-real-inherited-key'};
	assert.equal(await exec({bot: {all: true, jobs: 1}, command, env}, flock.services, run.write), 0);
	const {consumerKey, consumerSecret} = flock.practice.appKey;
	assert.deepEqual(run.out, [
		`harbour | ${consumerKey} ${consumerSecret}`,
		`kettle | ${other.consumerKey} ${other.consumerSecret}`,
	]);
});

for (const format of ['bundle', 'dotenv', 'twurl', 't', 'xurl', 'twarc', 'json'] as const) {
	test(`keys of two apps work after export --format ${format} and import elsewhere`, async () => {
		const out = path.join(flock.folder, format === 'bundle' || format === 'dotenv' ? 'keys' : 'keys-file');
		await exportKeys({bots: [], format, out, force: false}, flock.services, collect().write);
		const elsewhere = await testServices({poems: ['harbour', 'kettle']});
		try {
			const run = collect({columns: 200});
			const input = {files: [out], as: [], force: false};
			assert.equal(await importKeys(input, elsewhere.services, run.write), 0, run.all());
			assert.match(run.out.join('\n'), /harbour .*…0001/);
			assert.match(run.out.join('\n'), /kettle .*…rKey/);
			await assertHarmless(run.all(), elsewhere.services.keystore);
			// The keys are those of the first flock's stand-in for X.
			const there = {...elsewhere, services: {...elsewhere.services, x: flock.services.x}};
			assert.deepEqual(await checkedOf(there), ['harbour ready well', 'kettle ready well']);
		} finally {
			await elsewhere.close();
		}
	});
}

test('revoke signs with the app of the key', async () => {
	const run = collect();
	assert.equal(await revoke({bots: ['kettle'], yes: true, purge: false}, flock.services, run.write), 0);
	assert.match(run.out.join('\n'), /kettle: revoked 1 token at X/);
	assert.equal(flock.practice.log().at(-1)?.path, '/1.1/oauth/invalidate_token');
	assert.equal(flock.practice.log().at(-1)?.status, 200);
	assert.deepEqual(await checkedOf(flock), ['harbour ready well']);
});

test('a key that moves to another app keeps the earlier one, and both are revoked, each with its own', async () => {
	await authorizeByOther('harbour', 'harbour_poem');
	const record = await flock.services.keystore.get('harbour');
	assert.equal(record?.key?.consumerKey, other.consumerKey);
	assert.equal(record?.previous?.consumerKey, flock.practice.appKey.consumerKey);
	const run = collect();
	assert.equal(await revoke({bots: ['harbour'], yes: true, purge: false}, flock.services, run.write), 0);
	assert.match(run.out.join('\n'), /harbour: revoked 2 tokens at X/);
});
