import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, mock, test} from 'node:test';
import {browserCommands, whyNotOpen} from '../../source/desktop/browser.ts';
import {createDesktop} from '../../source/desktop/create.ts';
import {appears} from '../helpers/appears.ts';
import {inheritedAt} from '../helpers/environment.ts';

const link = 'https://api.x.com/oauth/authorize?oauth_token=practice&force_login=true&screen_name=harbour';

let folder: string;
let recorder: string;
/** A browser keeps no program alive, so something else must. */
let alive: NodeJS.Timeout;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'browser-'));
	// The time is the tests' own: a busy computer does not make a browser that fails look as if it ran.
	mock.timers.enable({apis: ['setTimeout']});
	alive = setInterval(() => {}, 1000);
	recorder = await program('recorder', 'printf "%s\\n" "$@" >> "$0.log"');
});

afterEach(async () => {
	clearInterval(alive);
	mock.timers.reset();
	await rm(folder, {recursive: true, force: true, maxRetries: 10});
});

async function program(name: string, script: string): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, `#!/bin/sh\n${script}\n`, {mode: 0o755});
	return path;
}

function open(url: string, env: Record<string, string>) {
	return createDesktop({
		env: {...inheritedAt(folder), ...env},
		platform: 'linux',
		noOpen: false,
		writeTerminal: () => {},
		isTTY: true,
	}).open(url);
}

function recorded(): Promise<string> {
	return readFile(`${recorder}.log`, 'utf8');
}

test('the program in BROWSER gets the address, and nobody claims that a page was shown', async () => {
	const result = await open(link, {BROWSER: recorder});
	assert.deepEqual(result, {started: true, sentence: 'Opening it in your browser.'});
	assert.equal(await recorded(), `${link}\n`);
});

test('%s in BROWSER is the place of the address', async () => {
	await open(link, {BROWSER: `${recorder} --new %s --quiet`});
	assert.equal(await recorded(), `--new\n${link}\n--quiet\n`);
});

test('nothing in an address is obeyed', async () => {
	const nasty = `http://127.0.0.1/$(touch${'$'}{IFS}${folder}/x);&'"\`|%s$&`;
	await open(nasty, {BROWSER: `${recorder} %s`});
	assert.equal(await recorded(), `${nasty}\n`);
	assert.equal(existsSync(join(folder, 'x')), false);
});

test('of several browsers in BROWSER the first that works is used', async () => {
	const failing = await program('failing', 'exit 4');
	const result = await open(link, {BROWSER: `${folder}/missing:${failing}:${recorder}:${recorder}`});
	assert.equal(result.started, true);
	assert.equal(await recorded(), `${link}\n`);
});

test('a browser that fails is said to have failed', async () => {
	const failing = await program('failing', 'exit 4');
	assert.deepEqual(await open(link, {BROWSER: failing}), {
		started: false,
		sentence: 'The browser did not start: exit code 4.',
	});
	assert.deepEqual(await open(link, {BROWSER: join(folder, 'missing')}), {
		started: false,
		sentence: 'The browser did not start: no such program.',
	});
});

test('only web addresses are opened', async () => {
	for (const url of [
		'file:///etc/passwd',
		'-version',
		'javascript:alert(1)',
		'http://a b',
		'https://x.com/\n',
		'',
	]) {
		assert.equal((await open(url, {BROWSER: recorder})).started, false, url);
	}

	assert.equal(existsSync(`${recorder}.log`), false);
});

test('without a display nothing is tried', async () => {
	const result = await open(link, {});
	assert.deepEqual(result, {started: false, sentence: 'No display here to open a browser on.'});
});

test('without BROWSER the system opens the address, and its failure is told', {
	skip: process.platform === 'linux' ? false : 'xdg-open is for Linux',
}, async () => {
	// The system's opener takes this for GNOME, and asks `gio`.
	const env = {PATH: `${folder}:${process.env.PATH}`, XDG_CURRENT_DESKTOP: 'GNOME', DISPLAY: ':practice'};
	const log = 'if [ "$1" = open ]; then (echo "$@"; pwd; env) > "$0.part"; mv "$0.part" "$0.log"; fi';
	const gio = await program('gio', log);
	const secrets = {
		TWITTER_CONSUMER_SECRET: 'not-a-real-secret',
		KEYMAKER_PASSPHRASE: 'not-a-real-passphrase',
	};
	assert.equal((await open(link, {...env, ...secrets})).started, true);
	// What takes longer than a moment is let be, and counts as started.
	const [args, place, ...variables] = (await appears(`${gio}.log`)).split('\n');
	assert.equal(args, `open ${link}`);
	assert.notEqual(place, process.cwd());
	assert.ok(variables.includes('DISPLAY=:practice'));
	assert.doesNotMatch(variables.join('\n'), /not-a-real/);
	await program('gio', 'test "$1" != open');
	let result = await open(link, env);
	while (result.started) {
		result = await open(link, env);
	}

	assert.match(result.sentence, /did not start: exit code/);
});

test('a browser is opened by itself only where the person sits and did not forbid it', () => {
	const display = {DISPLAY: ':0'};
	assert.equal(whyNotOpen(display, 'linux', false), null);
	assert.equal(whyNotOpen({WAYLAND_DISPLAY: 'wayland-0'}, 'linux', false), null);
	assert.equal(whyNotOpen({BROWSER: 'w3m'}, 'linux', false), null);
	assert.equal(whyNotOpen({WSL_DISTRO_NAME: 'Debian'}, 'linux', false), null);
	assert.equal(whyNotOpen({}, 'darwin', false), null);
	assert.equal(whyNotOpen({}, 'win32', false), null);
	assert.match(whyNotOpen({}, 'linux', false)?.sentence ?? '', /No display/);
	assert.match(whyNotOpen(display, 'linux', true)?.sentence ?? '', /^Automatic opening is off/);
	assert.match(
		whyNotOpen({...display, KEYMAKER_OPEN: 'never'}, 'linux', false)?.sentence ?? '',
		/^Automatic opening is off/,
	);
	assert.match(whyNotOpen({...display, SSH_CONNECTION: 'here'}, 'linux', false)?.sentence ?? '', /Over SSH/);
	assert.match(whyNotOpen({SSH_TTY: 'here'}, 'darwin', false)?.sentence ?? '', /Over SSH/);
});

test('BROWSER is a list of commands', () => {
	assert.deepEqual(browserCommands('', link), []);
	assert.deepEqual(browserCommands(' : ', link), []);
	assert.deepEqual(browserCommands('firefox -P "%s":w3m', 'u'), [
		['firefox', '-P', '"u"'],
		['w3m', 'u'],
	]);
});
