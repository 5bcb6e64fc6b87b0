import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {
	chmod,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	stat,
	symlink,
	utimes,
	writeFile,
} from 'node:fs/promises';
import {hostname, tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, suite, test} from 'node:test';
import {createDesktop} from '../../source/desktop/create.ts';
import {appears} from '../helpers/appears.ts';
import {inheritedAt} from '../helpers/environment.ts';
import {until} from '../helpers/until.ts';

const onUnix = process.platform === 'win32' ? {skip: 'needs a shell as Unix has it'} : {};

const link = 'https://api.x.com/oauth/authorize?oauth_token=practice&force_login=true&screen_name=harbour';
const secrets = {
	TWITTER_CONSUMER_SECRET: 'not-a-real-secret',
	KEYMAKER_PASSPHRASE: 'not-a-real-passphrase',
	KEYMAKER_KEYSTORE: 'postgres://poet:not-a-real-password@127.0.0.1/flock',
};

/** Where a shell finds the profile among Chromium's arguments. */
const ofChromium = `\${1#--user-data-dir=}`;

let home: string;
/** The browsers that tests have started. */
let pids: number[];

beforeEach(async () => {
	home = await mkdtemp(path.join(tmpdir(), 'window-'));
	pids = [];
	await program('xdg-settings', 'echo chromium.desktop');
	await program('gio', 'if [ "$1" = open ]; then echo "$2" >> "$HOME/ordinary"; fi');
});
afterEach(async () => {
	for (const pid of pids) {
		kill(pid);
	}

	await swept();
	await rm(home, {recursive: true, force: true, maxRetries: 10});
});

async function program(name: string, shell: string): Promise<string> {
	const file = path.join(home, 'bin', name);
	await mkdir(path.dirname(file), {recursive: true});
	await writeFile(file, `#!/bin/sh\n${shell}\n`);
	await chmod(file, 0o755);
	return file;
}

/** A browser that records how it was started, writes into its profile, and runs until a file is there or it is ended. */
async function browser(name: string, profile: string): Promise<void> {
	const record =
		'pwd; echo $$; echo $PPID; stat -c %a "$profile" || stat -f %Lp "$profile"; ls -A "$profile"; env';
	await program(
		name,
		`profile=${profile}
printf '%s\\n' "$@" > "$HOME/arguments"
{ ${record}; } > "$HOME/record" 2>/dev/null; echo end >> "$HOME/record"
: > "$profile/cookies"; mkdir "$profile/cache"; : > "$profile/cache/page"
until [ -e "$HOME/close" ]; do sleep 0.05; done`,
	);
}

/** What the browser has recorded of its start. */
async function recorded() {
	let text = '';
	await until(async () => {
		text = await readFile(path.join(home, 'record'), 'utf8').catch(() => '');
		return text.endsWith('end\n');
	}, 'the browser did not start');
	const [place, pid, parent, mode, ...rest] = text.split('\n');
	pids.push(Number(pid));
	const args = (await appears(path.join(home, 'arguments'))).trimEnd().split('\n');
	await rm(path.join(home, 'record'));
	return {place, pid: Number(pid), worker: Number(parent), mode, args, rest: rest.join('\n')};
}

function desktop(more: Record<string, string> = {}, ordinary = false) {
	const env = {
		...inheritedAt(home),
		PATH: `${path.join(home, 'bin')}:/usr/bin:/bin`,
		XDG_CURRENT_DESKTOP: 'GNOME',
		DISPLAY: ':practice',
		...secrets,
		...more,
	};
	return createDesktop({
		env,
		platform: 'linux',
		noOpen: false,
		ordinary,
		writeTerminal: () => {},
		isTTY: true,
	});
}

const windows = () => path.join(home, '.cache/keymaker/windows');

async function profiles(folder = windows()): Promise<string[]> {
	return readdir(folder).catch(() => []);
}

function sweep(): Promise<void> {
	return desktop().removeLeftovers();
}

function isGone(pid: number): boolean {
	try {
		return !process.kill(pid, 0);
	} catch {
		return true;
	}
}

/** Waits until the browsers that were killed are gone, and nothing is left of their windows. */
async function swept(): Promise<void> {
	await until(async () => {
		await sweep();
		return (await profiles()).length === 0;
	}, 'the profile stays');
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It has ended.
	}
}

suite('a window of a link’s own', onUnix, () => {
	test('has an empty profile for this user alone, no secret and no current folder, and goes with its browser', async () => {
		await browser('chromium', ofChromium);
		const result = await desktop().openLink(link);
		assert.deepEqual(result, {
			started: true,
			sentence: 'Started Chromium with an empty profile.',
			window: {kind: 'own', browser: 'Chromium'},
		});
		const {place, mode, args, rest} = await recorded();
		const [name = ''] = await profiles();
		assert.deepEqual(args, [
			`--user-data-dir=${path.join(windows(), name)}`,
			'--no-first-run',
			'--no-default-browser-check',
			'--new-window',
			link,
		]);
		assert.equal(mode, '700');
		assert.equal((await stat(windows())).mode & 0o777, 0o700);
		assert.notEqual(place, process.cwd());
		assert.match(rest, /^DISPLAY=:practice$/m);
		assert.doesNotMatch(rest, /not-a-real/);
		assert.equal(existsSync(path.join(home, 'ordinary')), false);

		await writeFile(path.join(home, 'close'), '');
		await until(async () => (await profiles()).length === 0, 'the profile stays');
	});

	test('of Firefox begins with settings that ask nothing, and where a flatpak can write', async () => {
		await program('xdg-settings', 'echo org.mozilla.firefox.desktop');
		await browser('org.mozilla.firefox', '$2');
		const exported = path.join(home, '.local/share/flatpak/exports');
		await mkdir(exported, {recursive: true});
		await symlink(path.join(home, 'bin'), path.join(exported, 'bin'));
		assert.equal((await desktop().openLink(link)).window.kind, 'own');
		const {args, rest, mode} = await recorded();
		const folder = path.join(home, '.var/app/org.mozilla.firefox/cache/keymaker/windows');
		const [name = ''] = await profiles(folder);
		assert.deepEqual(args, ['--profile', path.join(folder, name), '--no-remote', '--new-instance', link]);
		assert.equal(mode, '700');
		assert.match(rest, /^user\.js\n/);
		assert.match(await readFile(path.join(folder, name, 'user.js'), 'utf8'), /aboutwelcome\.enabled", false/);
		await writeFile(path.join(home, 'close'), '');
		await until(async () => (await profiles(folder)).length === 0, 'the profile stays');
	});

	test('two links have two, which share nothing', async () => {
		await browser('chromium', ofChromium);
		await desktop().openLink(link);
		const first = await recorded();
		await desktop().openLink(link);
		const second = await recorded();
		assert.notEqual(first.args[0], second.args[0]);
		assert.equal((await profiles()).length, 2);
	});

	test('stays while any process has its profile, since a browser may start itself anew', async () => {
		const second = 'until [ -e "$HOME/close" ]; do sleep 0.05; done';
		await program('chromium', `: > "${ofChromium}/lock"; sh -c '${second}' "${ofChromium}" & exit 0`);
		assert.equal((await desktop().openLink(link)).window.kind, 'own');
		assert.equal((await profiles()).length, 1);
		await writeFile(path.join(home, 'close'), '');
		await until(async () => (await profiles()).length === 0, 'the profile stays');
	});

	test('leaves nothing where its browser is killed', async () => {
		await browser('chromium', ofChromium);
		await desktop().openLink(link);
		kill((await recorded()).pid);
		await until(async () => (await profiles()).length === 0, 'the profile stays');
	});

	test('whose keymaker part was killed is left alone while its browser runs, and removed by a start after that', async () => {
		await browser('chromium', ofChromium);
		await desktop().openLink(link);
		const {pid, worker, args} = await recorded();
		kill(worker);
		await until(async () => isGone(worker), 'it cannot be killed');
		await sweep();
		assert.ok(existsSync(path.join(args[0]?.split('=')[1] ?? '', 'cookies')), 'its browser still runs');

		kill(pid);
		await swept();
	});

	test('that does not start is said not to have, an ordinary one opens, and nothing is left', async () => {
		await program('chromium', 'exit 4');
		const why = 'Chromium did not start with an empty profile: exit code 4.';
		assert.deepEqual(await desktop().openLink(link), {
			started: true,
			sentence: `${why} Opening it in your browser.`,
			window: {kind: 'ordinary', why},
		});
		assert.equal(await appears(path.join(home, 'ordinary')), `${link}\n`);
		assert.deepEqual(await profiles(), []);

		// As a real one does that finds no display: it has written into its profile by then.
		await program('chromium', `: > "${ofChromium}/lock"; exit 5`);
		assert.match((await desktop().openLink(link)).sentence, /^Chromium did not start .*: exit code 5\./);
		assert.deepEqual(await profiles(), []);
	});

	test('is not opened where others may change the folder of profiles, nor where it cannot be made', async () => {
		await browser('chromium', ofChromium);
		await mkdir(windows(), {recursive: true});
		await chmod(windows(), 0o777);
		const open = await desktop().openLink(link);
		assert.equal(
			open.sentence,
			`Chromium got no empty profile in ${windows()}: other users may change it. Opening it in your browser.`,
		);
		await rm(windows(), {recursive: true});
		await writeFile(windows(), '');
		assert.match((await desktop().openLink(link)).sentence, /^Chromium got no empty profile in /);
		await rm(windows());
		assert.equal(existsSync(path.join(home, 'record')), false);
	});

	test('is not opened with --browser default, nor with BROWSER, nor for what is no web address', async () => {
		await browser('chromium', ofChromium);
		assert.deepEqual(await desktop({}, true).openLink(link), {
			started: true,
			sentence: 'Opening it in your browser.',
			window: {kind: 'ordinary', why: null},
		});
		assert.equal(await appears(path.join(home, 'ordinary')), `${link}\n`);

		const own = await program('theirs', 'echo "$@" > "$HOME/theirs"');
		assert.deepEqual(await desktop({BROWSER: own}).openLink(link), {
			started: true,
			sentence: 'Opening it in your browser.',
			window: {kind: 'given'},
		});
		assert.equal(await appears(path.join(home, 'theirs')), `${link}\n`);

		assert.equal((await desktop().openLink('file:///etc/passwd')).started, false);
		assert.equal((await desktop({DISPLAY: ''}).openLink(link)).started, false);
		assert.equal(existsSync(path.join(home, 'record')), false);
		assert.deepEqual(await profiles(), []);
	});
});

suite('what is left of windows', onUnix, () => {
	const id = '0123456789abcdef';
	const own = `${hostname()
		.replace(/[^\w-]/g, '-')
		.slice(0, 40)}-${id}`;

	test('is removed by name and owner alone; another computer’s, which shares this home, after a week', async () => {
		const elsewhere = path.join(home, 'elsewhere');
		await mkdir(elsewhere);
		await writeFile(path.join(elsewhere, 'poem.txt'), '');
		for (const name of [own, `young-${id}`, `old-${id}`, `older-${id}.gone`, 'notes', 'notes-0123']) {
			await mkdir(path.join(windows(), name, 'cache'), {recursive: true});
		}

		const past = new Date(Date.now() - 8 * 24 * 3600 * 1000);
		await utimes(path.join(windows(), `old-${id}`), past, past);
		await utimes(path.join(windows(), `older-${id}.gone`), past, past);
		await symlink(elsewhere, path.join(windows(), `${own.slice(0, -1)}0`));
		await writeFile(path.join(windows(), `${own.slice(0, -1)}1`), 'a file');
		await sweep();
		assert.deepEqual(
			(await profiles()).sort(),
			[`young-${id}`, 'notes', 'notes-0123', `${own.slice(0, -1)}0`, `${own.slice(0, -1)}1`].sort(),
		);
		assert.deepEqual(await readdir(elsewhere), ['poem.txt']);
		await rm(windows(), {recursive: true});
	});

	test('stays where others may change the folder', async () => {
		await mkdir(path.join(windows(), own), {recursive: true});
		await chmod(windows(), 0o777);
		await sweep();
		assert.deepEqual(await profiles(), [own]);
		await chmod(windows(), 0o700);
		await sweep();
		assert.deepEqual(await profiles(), []);
	});
});
