import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {chmod, mkdir, readdir, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {realFolder} from '../../source/bundles/git.ts';
import type {Surroundings} from '../../source/command-line/surroundings.ts';
import {doctor} from '../../source/commands/doctor/doctor.ts';
import {type Bounds, checkGit, judgeFound} from '../../source/commands/doctor/git.ts';
import {judgeNode, judgeNodeSettings} from '../../source/commands/doctor/node.ts';
import {judgeHealth, judgePoems} from '../../source/commands/doctor/place.ts';
import type {Result} from '../../source/commands/doctor/result.ts';
import {judgeLocale, judgePassphrase, judgeTerminal} from '../../source/commands/doctor/terminal.ts';
import {judgeAppKey, judgeClock, judgeNetwork, judgeProxy} from '../../source/commands/doctor/x.ts';
import {FlockError} from '../../source/flock/error.ts';
import {encryptCheaply} from '../helpers/encrypted.ts';
import {withoutNetwork} from '../helpers/environment.ts';
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
	nodeOptions: [],
	terminal: {columns: 80, rows: 24, colours: 256},
	clipboard: {way: 'clipboard', sentence: 'c copies to the clipboard (xsel).', hint: null},
};

async function diagnose(more: Record<string, string | undefined> = {}) {
	const {code, out, err} = await place.run(['doctor', '--json'], '', {...withoutNetwork(), ...more});
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
			'node-settings',
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
	assert.match(out, /✓ app-key: App …\w{4}, from practice\./);
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

	await writeFile(path.join(place.folder, '.env'), 'TWITTER_CONSUMER_KEY=not-a-real-key\n');
	await chmod(path.join(place.folder, '.env'), 0o644);
	const half = await diagnose(network);
	assert.match(half.of('app-key')[0]?.sentence ?? '', /TWITTER_CONSUMER_SECRET is missing/);
	assert.deepEqual(half.of('env-file')[0], {
		check: 'env-file',
		state: 'warning',
		sentence: 'Other users of this computer can read .env (mode 0644).',
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
	await encryptCheaply(place, 'not a real passphrase');
	const folder = path.join(place.folder, 'keystore', 'practice');
	const file = path.join(folder, 'flock.json');
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
	assert.match(unknown.of('keystore')[0]?.sentence ?? '', /needs its passphrase/);
	assert.deepEqual(unknown.of('keystore-writing'), []);

	await writeFile(file, 'torn');
	const damaged = await diagnose(known);
	assert.match(damaged.of('keystore')[0]?.sentence ?? '', /damaged/);
	assert.match(damaged.of('keystore')[0]?.hint ?? '', /keymaker restore 1/);
});

test('looking makes nothing: neither a keystore nor its folder', async () => {
	const {of} = await diagnose({KEYMAKER_PRACTICE: undefined, HTTPS_PROXY: 'socks5://127.0.0.1:1'});
	assert.match(of('keystore')[0]?.sentence ?? '', /No keystore yet/);
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

const key = {
	consumer_token: 'not-a-real-key',
	consumer_token_secret: 'not-a-real-secret',
	oauth_token: '12-not-a-real-token',
	oauth_token_secret: 'not-a-real-token-secret',
	user_id: '12',
	screen_name: 'harbour_poem',
	poem_file: 'poems/harbour.txt',
};

/** What is said of git in a folder. */
function lookAtGit(more: {keystore?: string; cwd?: string; bounds?: Bounds} = {}): Promise<Result[]> {
	const {keystore = path.join(place.folder, 'none.json'), cwd = place.folder, bounds} = more;
	return checkGit(cwd, keystore, bounds);
}

test('files with keys that lie in a git work tree are told, with the commands that ask git', async () => {
	await mkdir(path.join(place.folder, 'keys'));
	await writeFile(path.join(place.folder, 'keys', 'harbour.json'), JSON.stringify(key));
	await writeFile(path.join(place.folder, 'package.json'), '{"name": "a-bot"}');
	await writeFile(path.join(place.folder, '.env.example'), 'TWITTER_CONSUMER_KEY=\n');
	await writeFile(path.join(place.folder, '.env'), 'A=1\n');
	assert.deepEqual(states(await lookAtGit()), ['ok'], 'no work tree');

	// A file, as in a submodule.
	await writeFile(path.join(place.folder, '.git'), 'gitdir: ../elsewhere\n');
	const [found, ...others] = await lookAtGit();
	assert.deepEqual(others, []);
	assert.equal(found?.state, 'warning');
	assert.match(found?.sentence ?? '', /contains key files: \.env, keys\/harbour\.json\.$/);
	assert.match(
		found?.hint ?? '',
		/ git check-ignore -v -- \.env keys\/harbour\.json to see .* git ls-files -- \.env /,
	);
	assert.doesNotMatch(JSON.stringify(found), /not-a-real/);

	const below = await lookAtGit({cwd: path.join(place.folder, 'keys')});
	assert.match(below[0]?.hint ?? '', / git -C \S+ check-ignore -v -- keys\/harbour\.json to see/);
});

test('a keystore and a flock in work trees of their own are told apart', async () => {
	const keystore = path.join(place.folder, 'dotfiles', 'keymaker', 'flock.json');
	await mkdir(path.dirname(keystore), {recursive: true});
	await mkdir(path.join(place.folder, 'dotfiles', '.git'));
	await writeFile(path.join(place.folder, '.env'), 'A=1\n');
	assert.deepEqual(states(await lookAtGit({keystore})), ['ok'], 'there is no keystore yet');
	await writeFile(keystore, '{}');
	await mkdir(path.join(place.folder, '.git'));
	const results = await lookAtGit({keystore});
	assert.deepEqual(
		results.map(({sentence}) => /work tree (\S+) contains a key file: (.*)\.$/.exec(sentence)?.slice(1)),
		[
			[realFolder(place.folder), '.env'],
			[path.join(realFolder(place.folder), 'dotfiles'), 'keymaker/flock.json'],
		],
	);
});

test('the look for files with keys is bounded, follows no link, and says where it stopped', async () => {
	await mkdir(path.join(place.folder, '.git'));
	const elsewhere = path.join(place.folder, 'bin', 'elsewhere');
	await mkdir(elsewhere, {recursive: true});
	await writeFile(path.join(elsewhere, 'moth.json'), JSON.stringify(key));
	const deep = path.join(place.folder, 'a', 'b', 'c');
	await mkdir(deep, {recursive: true});
	await symlink(elsewhere, path.join(deep, 'link'));
	await symlink(path.join(elsewhere, 'moth.json'), path.join(deep, 'link.json'));
	await symlink(place.folder, path.join(deep, 'round'));
	await writeFile(path.join(deep, 'harbour.json'), JSON.stringify(key));
	await writeFile(path.join(deep, 'large.json'), JSON.stringify({...key, padding: ' '.repeat(5000)}));
	execFileSync('mkfifo', [path.join(deep, 'fifo.json')]);
	const roomy: Bounds = {depth: 3, entries: 100, opened: 10, bytes: 4000};
	const told = async (bounds: Bounds) =>
		(await lookAtGit({bounds})).map(({state, sentence}) => `${state} ${sentence}`).join('\n');

	assert.match(
		await told(roomy),
		/^warning .* contains key files: a\/b\/c\/harbour\.json, bin\/elsewhere\/moth\.json\.$/,
	);
	assert.match(await told({...roomy, depth: 2}), / contains a key file: bin\/elsewhere\/moth\.json\.$/);
	assert.match(await told({...roomy, entries: 3}), /^warning .* is too large to search completely/m);
	assert.match(await told({...roomy, opened: 0}), /^warning .* is too large to search completely/m);
});

test('names of files are made safe, and safe for a shell', () => {
	const judged = (...files: string[]) =>
		judgeFound({tree: '/flock', files: files.map(file => `/flock/${file}`)}, '/flock');
	const {sentence, hint} = judged("a b'c/\u001b[2J.env", ':(top).env', '-v.env');
	assert.doesNotMatch(`${sentence}${hint}`, /\u001b/);
	assert.match(hint ?? '', /-- \$'a b\\'c\/\\x1b\[2J\.env' '\.\/:\(top\)\.env' -v\.env to see/);
	const many = judged('1.env', '2.env', '3.env', '4.env', '5.env', '6.env');
	assert.match(many.sentence, /and 1 more/);
	assert.match(
		many.hint ?? '',
		/ git status --short --ignored \. to see what git ignores, and git ls-files \. to see/,
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
	assert.match(at(-7200).sentence, /120 minutes ahead of X’s\. X rejects requests/);
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

test('the browser that opens links is named, and whether in a window of its own', async () => {
	const shown = {DISPLAY: ':practice', KEYMAKER_OPEN: undefined};
	await place.program('xdg-settings', 'echo chromium.desktop');
	await place.program('chromium', 'exit 0');
	const said = async (args: readonly string[], more: Record<string, string | undefined> = {}) => {
		const {out} = await place.run(['doctor', '--json', ...args], '', {
			...withoutNetwork(),
			...shown,
			...more,
		});
		const {state, sentence, hint} =
			(JSON.parse(out) as Result[]).find(({check}) => check === 'browser') ?? {};
		assert.equal(state, 'ok');
		return [sentence, hint];
	};
	const ordinary =
		'Bots share its session. Copy each link to a private window, and close it before the next one.';
	assert.deepEqual(await said([]), [
		'Links open in Chromium, each time in a new window with an empty profile.',
		null,
	]);
	assert.deepEqual(await said([], {KEYMAKER_OPEN: 'never'}), [
		'Automatic opening is off. o opens a link in Chromium, each time in a new window with an empty profile.',
		null,
	]);
	assert.deepEqual(await said(['--browser', 'default']), ['Links open in an ordinary window.', ordinary]);
	assert.deepEqual(await said([], {KEYMAKER_BROWSER: 'default'}), [
		'Links open in an ordinary window.',
		ordinary,
	]);
	assert.deepEqual(await said([], {BROWSER: 'w3m'}), [
		'Links open with $BROWSER.',
		'Unset BROWSER to get a new window with an empty profile for each link.',
	]);
	assert.deepEqual(await said([], {SSH_TTY: 'here'}), [
		'Over SSH, open the link on your own computer.',
		'Press c to copy the link, or Q for a QR code.',
	]);
	await place.program('xdg-settings', 'echo org.gnome.Epiphany.desktop');
	assert.deepEqual(await said([]), [
		'keymaker cannot start org.gnome.Epiphany with an empty profile. Links open in an ordinary window.',
		ordinary,
	]);
	const {code} = await place.run(['doctor', '--browser', 'chromium']);
	assert.equal(code, 2);
});

test('settings of Node’s that weaken what is sent to X are told', () => {
	const judged = (env: Record<string, string>, nodeOptions: string[] = []) =>
		judgeNodeSettings({...surroundings, env, nodeOptions}, {warning: null}).map(
			({state, sentence}) => `${state} ${sentence}`,
		);
	assert.deepEqual(judged({NODE_OPTIONS: '--max-old-space-size=100', NODE_DEBUG: 'module'}), [
		'ok No Node setting weakens the connection to X.',
	]);
	assert.match(
		judged({NODE_TLS_REJECT_UNAUTHORIZED: '0'}).join(),
		/^problem .*keymaker still checks X’s certificate/,
	);
	assert.match(judged({NODE_TLS_REJECT_UNAUTHORIZED: '1'}).join(), /^ok /);
	assert.match(judged({NODE_OPTIONS: '--tls-keylog=keys'}).join(), /^problem .*--tls-keylog/);
	assert.match(judged({}, ['--tls-keylog=keys']).join(), /^problem /);
	for (const NODE_DEBUG of ['net', 'module,NET', 'child_process', '*', 'n*']) {
		assert.match(judged({NODE_DEBUG}).join(), /^warning NODE_DEBUG/, NODE_DEBUG);
	}

	for (const option of ['--inspect', '--inspect-brk=0', '-r ./x.js', '--require=./x.js', '--import ./x.js']) {
		assert.match(judged({NODE_OPTIONS: option}).join(), /^warning .*debugger/, option);
	}

	assert.match(judged({NODE_EXTRA_CA_CERTS: 'ca.pem'}).join(), /^ok NODE_EXTRA_CA_CERTS adds/);
});

test('doctor says of a certificate check that is turned off that it is a problem, and ends with 1', async () => {
	for (const more of [{}, {KEYMAKER_PRACTICE: undefined, HTTPS_PROXY: 'http://127.0.0.1:1'}]) {
		const {of} = await diagnose({NODE_TLS_REJECT_UNAUTHORIZED: '0', ...more});
		assert.deepEqual(states(of('node-settings')), ['problem']);
	}
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
			assert.equal(
				await doctor({json, moved: false, forgetSeen: false, surroundings}, services, said.write),
				0,
			);
			await assertHarmless(said.all(), services.keystore);
		}

		const stopped = collect();
		stopped.interrupt();
		await assert.rejects(
			doctor({json: false, moved: false, forgetSeen: false, surroundings}, services, stopped.write),
			{
				code: 'cancelled',
			},
		);
	} finally {
		await close();
	}
});
