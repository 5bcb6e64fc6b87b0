import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {chmod, mkdir, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {doctor} from '../../source/commands/doctor.ts';
import {checkGit, judgeFiles} from '../../source/commands/doctor-git.ts';
import {judgeHealth, judgePoems} from '../../source/commands/doctor-place.ts';
import type {Result} from '../../source/commands/doctor-result.ts';
import {
	judgeLocale,
	judgeNode,
	judgePassphrase,
	judgeTerminal,
} from '../../source/commands/doctor-terminal.ts';
import {judgeAppKey, judgeClock, judgeNetwork, judgeProxy} from '../../source/commands/doctor-x.ts';
import {FlockError} from '../../source/flock/error.ts';
import type {Surroundings} from '../../source/surroundings.ts';
import {type Workplace, workplace} from '../helpers/program.ts';
import {assertHarmless} from '../helpers/secrets.ts';
import {testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

let place: Workplace;
beforeEach(async () => {
	place = await workplace(['harbour']);
});
afterEach(() => place.close());

const surroundings: Surroundings = {
	env: {TERM: 'xterm-256color', LANG: 'C.UTF-8'},
	platform: 'linux',
	nodeVersion: '24.1.0',
	terminal: {columns: 80, rows: 24, colours: 256},
	clipboard: {way: 'clipboard', sentence: 'c copies to the clipboard (xsel).', hint: null},
};

async function diagnose(more: Record<string, string | undefined> = {}) {
	const {code, out, err} = await place.run(['doctor', '--json'], '', more);
	const results: Result[] = JSON.parse(out);
	for (const result of results) {
		assert.deepEqual(Object.keys(result), ['check', 'state', 'sentence', 'hint']);
	}

	assert.equal(code, results.some(({state}) => state === 'problem') ? 1 : 0, err);
	return {results, of: (check: string) => results.filter(result => result.check === check)};
}

function states(results: readonly Result[]): string[] {
	return results.map(({state}) => state);
}

test('in practice nothing stops anybody, and every check has its line', async () => {
	const {code, out, err} = await place.run(['doctor']);
	assert.equal(code, 0, out);
	const checks = out
		.split('\n')
		.map(line => /^[✓!] ([\w-]+): /.exec(line)?.[1])
		.filter(check => check !== undefined);
	assert.deepEqual(
		new Set(checks),
		new Set([
			'node',
			'poems',
			'keystore',
			'keystore-writing',
			'passphrase',
			'env-file',
			'git',
			'app-key',
			'proxy',
			'network',
			'clock',
			'app-key-accepted',
			'browser',
			'clipboard',
			'terminal',
			'locale',
		]),
	);
	assert.match(out, /✓ app-key: The app is …\w{4}, from practice\./);
	assert.match(err, /^0 problems, \d warnings\.$/m);
});

test('without UTF-8 the lines are marked in ASCII', async () => {
	const {out} = await place.run(['doctor'], '', {LANG: 'C'});
	assert.match(out, /^\+ node: /m);
	assert.match(out, /^! locale: C: only ASCII is drawn/m);
	assert.doesNotMatch(out, /[✓✗]/);
});

test('a missing app key, a missing folder of poems and a broken .env are problems', async () => {
	const network = {KEYMAKER_PRACTICE: undefined, HTTPS_PROXY: 'http://user:not-a-real-password@127.0.0.1:1'};
	const missing = await diagnose({...network, KEYMAKER_POEMS: 'nowhere'});
	assert.deepEqual(states(missing.of('app-key')), ['problem']);
	assert.match(missing.of('app-key')[0]?.hint ?? '', /TWITTER_CONSUMER_KEY/);
	assert.deepEqual(states(missing.of('poems')), ['problem']);
	assert.match(missing.of('poems')[0]?.hint ?? '', /keymaker init/);
	assert.deepEqual(states(missing.of('proxy')), ['problem'], 'nothing listens at the proxy');
	assert.match(missing.of('network')[0]?.sentence ?? '', /X was not asked/);
	assert.ok(!JSON.stringify(missing.results).includes('not-a-real-password'));

	await writeFile(path.join(place.folder, '.env'), 'TWITTER_CONSUMER_KEY=not-a-real-key\n', {mode: 0o644});
	const half = await diagnose(network);
	assert.match(half.of('app-key')[0]?.sentence ?? '', /TWITTER_CONSUMER_SECRET is not set in \.env/);
	assert.deepEqual(half.of('env-file')[0], {
		check: 'env-file',
		state: 'warning',
		sentence: 'Other users of this computer may read .env (mode 0644).',
		hint: 'chmod 600 .env',
	});
	const socks = await diagnose({...network, HTTPS_PROXY: 'socks5://127.0.0.1:1'});
	assert.deepEqual(states(socks.of('proxy')), ['problem']);
});

test('an app key that X refuses is a problem, with X’s code', async () => {
	const {of} = await diagnose({KEYMAKER_PRACTICE_FAULT: 'request_token:401-32'});
	const [refused] = of('app-key-accepted');
	assert.equal(refused?.state, 'problem');
	assert.match(refused?.sentence ?? '', /\(x-app-key · 401 · 32\)/);
	assert.deepEqual(states(of('app-key')), ['ok']);
});

test('the keystore’s permissions, damage, leftovers and passphrase are told with the mend', async () => {
	assert.equal((await place.run(['encrypt'], '', {KEYMAKER_PASSPHRASE: 'not a real passphrase'})).code, 0);
	const folder = path.join(place.folder, 'keystore');
	const file = path.join(folder, 'practice-flock.json');
	const known = {KEYMAKER_PASSPHRASE: 'not a real passphrase'};
	const good = await diagnose(known);
	assert.deepEqual(states(good.of('keystore')), ['ok']);
	assert.match(good.of('keystore')[0]?.sentence ?? '', /encrypted/);
	assert.deepEqual(states(good.of('keystore-writing')), ['ok']);
	assert.deepEqual(states(good.of('passphrase')), ['warning']);

	await chmod(file, 0o644);
	await writeFile(`${file}.damaged-2026-11-25T000000.000Z`, 'x');
	const loose = await diagnose(known);
	assert.deepEqual(states(loose.of('keystore')), ['ok', 'problem', 'warning']);
	assert.equal(loose.of('keystore')[1]?.hint, `chmod 600 ${file}`);

	assert.deepEqual(
		states((await diagnose({KEYMAKER_PASSPHRASE: 'wrong words'})).of('keystore')).slice(0, 1),
		['problem'],
	);
	const unknown = await diagnose();
	assert.match(unknown.of('keystore')[0]?.sentence ?? '', /its passphrase is not known/);
	assert.deepEqual(unknown.of('keystore-writing'), []);

	await writeFile(file, 'torn');
	const damaged = await diagnose(known);
	assert.match(damaged.of('keystore')[0]?.sentence ?? '', /damaged/);
	assert.match(damaged.of('keystore')[0]?.hint ?? '', /keymaker restore 1/);
});

test('looking makes nothing: neither a keystore nor its folder', async () => {
	const {of} = await diagnose({KEYMAKER_PRACTICE: undefined, HTTPS_PROXY: 'socks5://127.0.0.1:1'});
	assert.match(of('keystore')[0]?.sentence ?? '', /There is no keystore yet/);
	assert.deepEqual(states(of('keystore-writing')), ['ok']);
	assert.ok(!(await readdir(place.folder)).includes('keystore'));
});

test('a place that cannot be made is a problem before anybody is asked for a PIN', async () => {
	await writeFile(path.join(place.folder, 'file'), '');
	const {of} = await diagnose({
		KEYMAKER_PRACTICE: undefined,
		HTTPS_PROXY: 'socks5://127.0.0.1:1',
		KEYMAKER_KEYSTORE: path.join(place.folder, 'file', 'keystore'),
	});
	assert.deepEqual(states(of('keystore-writing')), ['problem']);
});

function git(...args: string[]): void {
	execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.invalid', ...args], {
		cwd: place.folder,
		stdio: 'ignore',
	});
}

const key = {
	consumer_token: 'not-a-real-key',
	consumer_token_secret: 'not-a-real-secret',
	oauth_token: '12-not-a-real-token',
	oauth_token_secret: 'not-a-real-token-secret',
	user_id: '12',
	screen_name: 'harbour_poem',
	poem_file: 'poems/harbour.txt',
};

test('.env and files of keys that git has are a problem; those that it would take up a warning', async () => {
	assert.match((await checkGit(place.folder))[0]?.sentence ?? '', /not under git/);
	git('init', '-q');
	assert.deepEqual(states(await checkGit(place.folder)), ['ok']);

	await mkdir(path.join(place.folder, 'keys'));
	await writeFile(path.join(place.folder, 'keys', 'harbour.json'), JSON.stringify(key));
	await writeFile(path.join(place.folder, 'package.json'), '{"name": "a-bot"}');
	await writeFile(path.join(place.folder, '.env.example'), 'TWITTER_CONSUMER_KEY=\n');
	await writeFile(path.join(place.folder, '.env'), 'A=1\n');
	const [open, ...others] = await checkGit(place.folder);
	assert.deepEqual(others, []);
	assert.equal(open?.state, 'warning');
	assert.match(open?.sentence ?? '', /would take up \.env, keys\/harbour\.json, with keys/);

	git('add', '-f', '.');
	const [tracked] = await checkGit(place.folder);
	assert.equal(tracked?.state, 'problem');
	assert.match(tracked?.sentence ?? '', /git has \.env, keys\/harbour\.json, with keys/);
	assert.match(tracked?.hint ?? '', /^git rm --cached \.env keys\/harbour\.json, /);
	assert.doesNotMatch(JSON.stringify(tracked), /not-a-real/);

	git('rm', '-q', '--cached', '.env', 'keys/harbour.json');
	await writeFile(path.join(place.folder, '.gitignore'), '.env\nkeys/\n');
	assert.deepEqual(states(await checkGit(place.folder)), ['ok']);
});

test('where git is missing, its check is skipped', async () => {
	const {of} = await diagnose({PATH: path.join(place.folder, 'bin')});
	assert.deepEqual(of('git'), [
		{check: 'git', state: 'ok', sentence: 'Skipped: git is not installed.', hint: null},
	]);
});

test('names of files are made safe, and safe for a shell', () => {
	const [result] = judgeFiles(["a b'c/\u001b[2J.env"], []);
	assert.doesNotMatch(`${result?.sentence}${result?.hint}`, /\u001b/);
	assert.match(result?.hint ?? '', /'a b'\\''c/);
	assert.match(
		judgeFiles(['1.env', '2.env', '3.env', '4.env', '5.env', '6.env'], [])[0]?.sentence ?? '',
		/and 1 more/,
	);
});

test('a clock is judged by how far it is from X’s', () => {
	const at = (clockSkewSeconds: number | null) => judgeClock({status: 200, proxy: null, clockSkewSeconds});
	assert.equal(at(0).state, 'ok');
	assert.equal(at(-20).state, 'ok');
	assert.deepEqual(
		[at(60).state, at(60).sentence],
		['warning', 'This computer’s clock is 60 seconds behind X’s.'],
	);
	assert.equal(at(-7200).state, 'problem');
	assert.match(at(-7200).sentence, /120 minutes ahead of X’s\. X refuses requests/);
	assert.equal(at(null).state, 'warning');
});

test('the proxy is named, and a redirection is no answer of X’s', () => {
	const probe = {status: 404, clockSkewSeconds: 0, proxy: 'http://proxy.invalid:8080'};
	assert.match(judgeProxy(probe).sentence, /go through http:\/\/proxy\.invalid:8080/);
	assert.equal(judgeNetwork(probe, false).state, 'ok');
	assert.equal(judgeNetwork({...probe, status: 302}, false).state, 'warning');
	const error = new FlockError('x-tls', 'The certificate is not good.', {hint: 'Look at it.'});
	assert.deepEqual(judgeNetwork(error, false), {
		check: 'network',
		state: 'problem',
		sentence: 'The certificate is not good. (x-tls)',
		hint: 'Look at it.',
	});
});

test('the app key is named by its last four characters and its source, never by more', () => {
	const appKey = {consumerKey: 'not-a-real-consumer-key-9876', consumerSecret: 'not-a-real-secret'};
	for (const [from, place] of [
		['environment', 'the environment'],
		['.env', '.env'],
		['setup', 'the setup screen'],
	] as const) {
		const {sentence} = judgeAppKey({appKey, from});
		assert.match(sentence, /…9876, from /);
		assert.ok(sentence.includes(place) && !sentence.includes('not-a-real'));
	}
});

test('terminal, locale, Node and passphrase are judged by what the process says', () => {
	assert.equal(judgeTerminal(surroundings).sentence, 'xterm-256color, 80 × 24, 256 colours.');
	assert.equal(judgeTerminal({...surroundings, env: {TERM: 'dumb'}}).state, 'warning');
	assert.equal(judgeTerminal({...surroundings, terminal: null}).state, 'warning');
	assert.equal(
		judgeTerminal({...surroundings, terminal: {columns: 30, rows: 24, colours: 2}}).state,
		'warning',
	);
	assert.match(judgeTerminal({...surroundings, env: {TERM: 'xterm', NO_COLOR: '1'}}).sentence, /NO_COLOR/);
	assert.equal(judgeLocale(surroundings).state, 'ok');
	assert.equal(judgeLocale({...surroundings, env: {}}).state, 'warning');
	assert.equal(judgeNode(surroundings).state, 'ok');
	assert.equal(judgeNode({...surroundings, nodeVersion: '22.12.0'}).state, 'ok');
	assert.equal(judgeNode({...surroundings, nodeVersion: '22.11.0'}).state, 'problem');
	assert.equal(judgePassphrase(surroundings).state, 'ok');
	const env = {KEYMAKER_PASSPHRASE: 'not a real passphrase'};
	assert.doesNotMatch(JSON.stringify(judgePassphrase({...surroundings, env})), /not a real/);
});

test('an empty folder of poems and files that are no bots are warnings', () => {
	const folder = {path: '/poems', poems: [], notes: [], problem: 'empty' as const};
	assert.deepEqual(states(judgePoems(folder)), ['warning']);
	const notes = Array.from({length: 7}, (_, index) => ({
		file: `${index}\u001b.txt`,
		sentence: 'It is a link.',
	}));
	const results = judgePoems({...folder, problem: null, notes});
	assert.equal(results.length, 1 + 5 + 1);
	assert.doesNotMatch(JSON.stringify(results), /\\u001b/);
});

test('a keystore that cannot be opened is a problem, and nothing else is said of it', () => {
	const results = judgeHealth({
		path: '/k.json',
		exists: true,
		encrypted: false,
		bots: null,
		backups: 0,
		findings: [{sentence: 'It is damaged.', hint: 'Restore it.', serious: true}],
	});
	assert.deepEqual(results, [
		{check: 'keystore', state: 'problem', sentence: 'It is damaged.', hint: 'Restore it.'},
	]);
});

test('doctor says nothing secret and draws no control character', async () => {
	const {services, authorize, close} = await testServices({poems: ['ode']});
	try {
		await authorize('ode', 'ode_poem');
		for (const json of [false, true]) {
			const said = collect({columns: 200});
			assert.equal(await doctor({json, forgetSeen: false, surroundings}, services, said.write), 0);
			await assertHarmless(said.all(), services.keystore);
		}

		const stopped = collect();
		stopped.interrupt();
		await assert.rejects(doctor({json: false, forgetSeen: false, surroundings}, services, stopped.write), {
			code: 'cancelled',
		});
	} finally {
		await close();
	}
});
