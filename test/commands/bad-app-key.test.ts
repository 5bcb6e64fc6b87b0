import assert from 'node:assert/strict';
import {symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {emptyRecord, type Key} from '../../source/flock/key.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {type Workplace, workplace} from '../helpers/program.ts';

const app = {consumerKey: 'not-a-real-app-0001', consumerSecret: 'not-a-real-app-secret'};

function keyOf(handle: string, consumerKey: string): Key {
	return {
		accessToken: `12-not-a-real-token-${handle}`,
		accessSecret: 'not-a-real-secret',
		userId: '12',
		handle,
		consumerKey,
		accessLevel: 'read-write',
		authorizedAt: null,
		checkedAt: null,
		rejected: false,
	};
}

/** Everything that may be wrong with the app's key: in the environment, in `.env`, and with that file. */
const wrong: Record<string, {env?: Record<string, string>; dotenv?: string; says: RegExp}> = {
	'a malformed secret in the environment': {
		env: {TWITTER_CONSUMER_KEY: 'not-a-real-app-0002', TWITTER_CONSUMER_SECRET: 'not a real secret'},
		says: /TWITTER_CONSUMER_SECRET in the environment has a space/,
	},
	'half of it in the environment': {
		env: {TWITTER_CONSUMER_KEY: 'not-a-real-app-0002'},
		says: /TWITTER_CONSUMER_SECRET is missing/,
	},
	'a bearer token in the environment': {
		env: {
			TWITTER_API_KEY: 'not-a-real-app-0002',
			TWITTER_API_SECRET: `${'A'.repeat(20)}${'notreal'.repeat(12)}`,
		},
		says: /TWITTER_API_SECRET in the environment is the app’s Bearer Token/,
	},
	'a malformed key in .env': {
		dotenv: 'TWITTER_CONSUMER_KEY=not a real key\nTWITTER_CONSUMER_SECRET=not-a-real-secret\n',
		says: /TWITTER_CONSUMER_KEY in \.env has a space/,
	},
	'half of it in .env': {
		dotenv: 'TWITTER_CONSUMER_SECRET=not-a-real-secret\n',
		says: /TWITTER_CONSUMER_KEY is missing/,
	},
	'an .env that cannot be read': {dotenv: 'a link to itself', says: /\.env/},
};

/** What every command is tried with: one of each place. The sentences for the rest come from the same reading. */
const whole = ['a malformed secret in the environment', 'an .env that cannot be read'];

for (const [what, {env = {}, dotenv, says}] of Object.entries(wrong)) {
	describe(`beside ${what}`, () => {
		let place: Workplace;
		const more = {KEYMAKER_PRACTICE: undefined, ...env};
		const run = (...args: readonly string[]) => place.run(args, '', more);
		before(async () => {
			place = await workplace(['ferry', 'harbour', 'kettle']);
			const keystore = openKeystore({
				folder: path.join(place.folder, 'keystore'),
				flock: 'flock',
				poems: path.join(place.folder, 'poems'),
			});
			const harbour = {...emptyRecord, key: keyOf('harbour_poem', app.consumerKey)};
			await keystore.update('harbour', () => harbour, app);
			await keystore.update('kettle', () => ({
				...emptyRecord,
				key: keyOf('kettle_poem', 'not-a-real-app-9999'),
			}));
			const file = path.join(place.folder, '.env');
			if (dotenv === 'a link to itself') {
				await symlink(file, file);
			} else if (dotenv !== undefined) {
				await writeFile(file, dotenv);
			}
		});
		after(() => place.close());

		test('list lists the flock with its states, and says the sentence beside it', async () => {
			const {code, out, err} = await run();
			assert.equal(code, 0, err);
			assert.match(out, /ferry .*no key/);
			assert.match(out, /harbour +@harbour_poem +ready/);
			assert.match(out, /kettle +@kettle_poem +other app/);
			assert.match(err, says);
			assert.match(err, /\(bad-app-key\)/);
			assert.doesNotMatch(err, /not a real|notreal/);
		});

		if (!whole.includes(what)) {
			return;
		}

		test('list --json is the same as without it', async () => {
			const {code, out, err} = await run('list', '--json');
			assert.equal(code, 0, err);
			assert.match(err, says);
			const statuses = JSON.parse(out).map((row: {status: string}) => row.status);
			assert.deepEqual(statuses, ['no-key', 'ready', 'other-app']);
		});

		test('exec and the library use a key whose app the keystore knows, and no other', async () => {
			const show = ['--', 'sh', '-c', 'echo "$TWITTER_CONSUMER_SECRET"'];
			const {code, out, err} = await run('exec', 'harbour', ...show);
			assert.equal(code, 0, err);
			assert.equal(out.trim(), app.consumerSecret);
			const other = await run('exec', 'kettle', ...show);
			assert.equal(other.code, 1);
			assert.match(other.err, says);

			const library = pathToFileURL(path.join(import.meta.dirname, '..', '..', 'dist', 'index.js')).href;
			await place.program(
				'bot',
				`exec '${process.execPath}' --input-type=module --eval "
					import {openKeystore} from '${library}';
					const keys = openKeystore({practice: false});
					console.log((await keys.list()).length, (await keys.get('harbour')).consumerSecret);
					await keys.get('kettle').catch(error => console.log(error.code, error.message));
				"`,
			);
			const shell = place.shell('bot', {env: more, columns: 200});
			await shell.waitFor(`3 ${app.consumerSecret}`);
			await shell.waitFor(says);
			assert.match(shell.screen().join('\n'), /bad-app-key/);
		});

		test('export leaves out only the key whose app is not known', async () => {
			const {code, out, err} = await run('export', '--format', 'json', '--out', '-');
			assert.equal(code, 1);
			assert.match(out, /harbour/);
			assert.doesNotMatch(out, /kettle/);
			assert.match(err, says);
		});

		test('authorize stops with the sentence', async () => {
			const {code, err} = await run('authorize', 'ferry');
			assert.equal(code, 1);
			assert.match(err, says);
			assert.match(err, /\(bad-app-key\)/);
		});

		test('the screen shows the flock with the sentence', async () => {
			const screen = place.screen([], {env: more, columns: 110});
			await screen.waitFor(/● harbour +@harbour_poem +ready/);
			await screen.waitFor(says);
			screen.press('down', 'up');
			await screen.waitFor(/❯ ○ ferry/);
			await screen.waitFor(says);
			screen.press('q');
			assert.equal((await screen.exited).exitCode, 0);
		});
	});
}
