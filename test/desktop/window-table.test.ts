import assert from 'node:assert/strict';
import {chmod, mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, suite, test} from 'node:test';
import {ownWindowArgs} from '../../source/desktop/browsers.ts';
import {linkWay} from '../../source/desktop/link-way.ts';
import {allProfileFolders, profilesFolder} from '../../source/desktop/profiles.ts';
import {inheritedAt} from '../helpers/environment.ts';

const onUnix = process.platform === 'win32' ? {skip: 'needs a shell as Unix has it'} : {};

/** Desktop files on Linux, as `xdg-settings` names them, with what is installed and what is started for them. */
const onLinux: Record<string, {installed: string; started: 'chromium' | 'firefox'; profiles?: string}> = {
	'firefox-esr.desktop': {installed: 'bin/firefox-esr', started: 'firefox'},
	'firefox.desktop': {installed: 'bin/firefox', started: 'firefox'},
	'org.mozilla.firefox.desktop': {installed: 'bin/firefox', started: 'firefox'},
	'librewolf.desktop': {installed: 'bin/librewolf', started: 'firefox'},
	'chromium.desktop': {installed: 'bin/chromium', started: 'chromium'},
	'chromium-browser.desktop': {installed: 'bin/chromium-browser', started: 'chromium'},
	'google-chrome.desktop': {installed: 'bin/google-chrome-stable', started: 'chromium'},
	'com.google.Chrome.desktop': {installed: 'bin/google-chrome-stable', started: 'chromium'},
	'brave-browser.desktop': {installed: 'bin/brave-browser', started: 'chromium'},
	'microsoft-edge.desktop': {installed: 'bin/microsoft-edge-stable', started: 'chromium'},
	'vivaldi-stable.desktop': {installed: 'bin/vivaldi-stable', started: 'chromium'},
	'firefox_firefox.desktop': {
		installed: 'snap/bin/firefox',
		started: 'firefox',
		profiles: 'snap/firefox/common/.cache/keymaker/windows',
	},
	'chromium_chromium.desktop': {
		installed: 'snap/bin/chromium',
		started: 'chromium',
		profiles: 'snap/chromium/common/.cache/keymaker/windows',
	},
	'brave_brave.desktop': {
		installed: 'snap/bin/brave',
		started: 'chromium',
		profiles: 'snap/brave/common/.cache/keymaker/windows',
	},
	...flatpak('org.mozilla.firefox', 'firefox'),
	...flatpak('io.gitlab.librewolf-community', 'firefox'),
	...flatpak('org.chromium.Chromium', 'chromium'),
	...flatpak('io.github.ungoogled_software.ungoogled_chromium', 'chromium'),
	...flatpak('com.google.Chrome', 'chromium'),
	...flatpak('com.brave.Browser', 'chromium'),
	...flatpak('com.microsoft.Edge', 'chromium'),
	...flatpak('com.vivaldi.Vivaldi', 'chromium'),
};

function flatpak(id: string, started: 'chromium' | 'firefox') {
	const installed = `.local/share/flatpak/exports/bin/${id}`;
	// Marked, since a program may have the same desktop file.
	return {
		[`${id}.desktop (flatpak)`]: {installed, started, profiles: `.var/app/${id}/cache/keymaker/windows`},
	};
}

/** Bundles on macOS, with the programs in their applications. */
const onMac: Record<string, {program: string; started: 'chromium' | 'firefox'}> = {
	'org.mozilla.firefox': {program: 'Firefox.app/Contents/MacOS/firefox', started: 'firefox'},
	'io.gitlab.librewolf-community': {program: 'LibreWolf.app/Contents/MacOS/librewolf', started: 'firefox'},
	'org.chromium.chromium': {program: 'Chromium.app/Contents/MacOS/Chromium', started: 'chromium'},
	'com.google.chrome': {program: 'Google Chrome.app/Contents/MacOS/Google Chrome', started: 'chromium'},
	'com.brave.browser': {program: 'Brave Browser.app/Contents/MacOS/Brave Browser', started: 'chromium'},
	'com.microsoft.edgemac': {program: 'Microsoft Edge.app/Contents/MacOS/Microsoft Edge', started: 'chromium'},
	'com.vivaldi.vivaldi': {program: 'Vivaldi.app/Contents/MacOS/Vivaldi', started: 'chromium'},
};

/** Names in Windows's registry, with the programs that it says it starts. */
const onWindows: Record<string, {program: string; started: 'chromium' | 'firefox'}> = {
	'FirefoxURL-308046B0AF4A39CB': {
		program: String.raw`C:\Program Files\Mozilla Firefox\firefox.exe`,
		started: 'firefox',
	},
	ChromeHTML: {
		program: String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
		started: 'chromium',
	},
	MSEdgeHTM: {
		program: String.raw`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
		started: 'chromium',
	},
	BraveHTML: {program: String.raw`C:\Program Files\BraveSoftware\brave.exe`, started: 'chromium'},
	'VivaldiHTM.S3X2': {
		program: String.raw`C:\Users\poet\AppData\Local\Vivaldi\vivaldi.exe`,
		started: 'chromium',
	},
	'ChromiumHTM.A1': {program: String.raw`C:\Chromium\chrome.exe`, started: 'chromium'},
};

let home: string;
let env: Record<string, string | undefined>;

beforeEach(async () => {
	home = await mkdtemp(path.join(tmpdir(), 'browsers-'));
	env = {...inheritedAt(home), PATH: [path.join(home, 'bin'), path.join(home, 'snap/bin')].join(':')};
});
afterEach(() => rm(home, {recursive: true, force: true}));

async function program(file: string, shell = 'exit 0'): Promise<string> {
	const whole = path.join(home, file);
	await mkdir(path.dirname(whole), {recursive: true});
	await writeFile(whole, `#!/bin/sh\n${shell}\n`);
	await chmod(whole, 0o755);
	return whole;
}

async function wayOf(platform: NodeJS.Platform, more: Record<string, string> = {}, ordinary = false) {
	const way = await linkWay({env: {...env, ...more}, platform, ordinary});
	return 'own' in way ? way.own : way.told;
}

suite('the table of browsers', onUnix, () => {
	for (const [name, {installed, started, profiles = '.cache/keymaker/windows'}] of Object.entries(onLinux)) {
		test(`${name} on Linux is started with a profile where it can write`, async () => {
			const file = await program(installed);
			await program(
				'bin/xdg-settings',
				`test "$*" = 'get default-web-browser' && echo ${name.split(' ')[0]}`,
			);
			const {browser: _, ...own} = (await wayOf('linux')) as {browser: string};
			const folder = path.join(home, profiles);
			assert.deepEqual(own, {family: started, program: file, folder});
			assert.ok(allProfileFolders(env, 'linux').includes(folder), 'leftovers are not looked for there');
		});
	}

	for (const [id, {program: file, started}] of Object.entries(onMac)) {
		test(`${id} on macOS is started by the program in its application`, async () => {
			const whole = await program(`Applications/${file}`);
			const handlers = [
				{LSHandlerURLScheme: 'mailto', LSHandlerRoleAll: 'com.apple.mail'},
				// As its owner spells it: with capitals, in some versions.
				{LSHandlerURLScheme: 'https', LSHandlerRoleAll: id.replace('c', 'C')},
			];
			await program('bin/plutil', `/bin/cat <<'END'\n${JSON.stringify({LSHandlers: handlers})}\nEND`);
			const {browser: _, ...own} = (await wayOf('darwin')) as {browser: string};
			const folder = path.join(home, 'Library/Caches/keymaker/windows');
			assert.deepEqual(own, {family: started, program: whole, folder});
		});
	}

	for (const [id, {program: file, started}] of Object.entries(onWindows)) {
		test(`${id} on Windows is started by the program that the registry names`, async () => {
			await program('bin/reg', registry(id, file));
			const local = String.raw`C:\Users\poet\AppData\Local`;
			const {browser: _, ...own} = (await wayOf('win32', {LOCALAPPDATA: local})) as {browser: string};
			const folder = String.raw`C:\Users\poet\AppData\Local\keymaker\Cache\windows`;
			assert.deepEqual(own, {family: started, program: file, folder});
		});
	}

	test('each family gets its own arguments, and the address last', () => {
		assert.deepEqual(ownWindowArgs('chromium', '/p', 'http://x/'), [
			'--user-data-dir=/p',
			'--no-first-run',
			'--no-default-browser-check',
			'--new-window',
			'http://x/',
		]);
		assert.deepEqual(ownWindowArgs('firefox', '/p', 'http://x/'), [
			'--profile',
			'/p',
			'--no-remote',
			'--new-instance',
			'http://x/',
		]);
	});

	test('where a desktop has no setting, xdg-mime, Debian’s alternatives and what is installed are asked, in this order', async () => {
		const chromium = await program('bin/chromium');
		const chrome = await program('opt/google/chrome/google-chrome');
		await symlink(chrome, path.join(home, 'bin/google-chrome'));
		await program('bin/xdg-settings', 'echo unknown desktop >&2; exit 2');
		await program('bin/xdg-mime', 'exit 2');
		const found = async () => ((await wayOf('linux')) as {program?: string}).program;
		assert.equal(await found(), chromium, 'the first of the table that is installed');

		await symlink(chrome, path.join(home, 'bin/x-www-browser'));
		assert.equal(await found(), path.join(home, 'bin/google-chrome'));
		await program('bin/xdg-settings', 'echo debian-sensible-browser.desktop');
		assert.equal(await found(), path.join(home, 'bin/google-chrome'));

		await program('bin/xdg-settings', 'exit 2');
		await program(
			'bin/xdg-mime',
			'test "$*" = "query default x-scheme-handler/https" && echo chromium.desktop',
		);
		assert.equal(await found(), chromium);
	});

	test('a program that lies among the snaps is one, whatever its desktop file is called', async () => {
		await program('snap/bin/firefox');
		await program('bin/xdg-settings', 'echo firefox.desktop');
		const {folder} = (await wayOf('linux')) as {folder: string};
		assert.equal(folder, path.join(home, 'snap/firefox/common/.cache/keymaker/windows'));
	});

	test('a browser that is not known, or not there, opens links in an ordinary window', async () => {
		const why = (name: string) => ({
			kind: 'ordinary',
			why: `keymaker cannot start ${name} with an empty profile.`,
		});
		await program('bin/xdg-settings', 'echo org.gnome.Epiphany.desktop');
		assert.deepEqual(await wayOf('linux'), why('org.gnome.Epiphany'));
		await program('bin/xdg-settings', 'echo vivaldi-stable.desktop');
		assert.deepEqual(await wayOf('linux'), why('vivaldi-stable'));
		await program('bin/xdg-settings', 'exit 2');
		await program('bin/xdg-mime', 'exit 2');
		assert.deepEqual(await wayOf('linux'), {kind: 'ordinary', why: 'No default browser found.'});
		assert.deepEqual(await wayOf('darwin'), why('com.apple.safari'));
		assert.deepEqual(await wayOf('linux', {WSL_DISTRO_NAME: 'Debian'}), {
			kind: 'ordinary',
			why: 'keymaker cannot start a browser of Windows with an empty profile.',
		});
	});

	test('BROWSER goes before all, and --browser default before what the system says', async () => {
		await program('bin/chromium');
		await program('bin/xdg-settings', 'echo chromium.desktop');
		assert.deepEqual(await wayOf('linux', {BROWSER: 'w3m'}, false), {kind: 'given'});
		assert.deepEqual(await wayOf('linux', {BROWSER: 'w3m'}, true), {kind: 'given'});
		assert.deepEqual(await wayOf('linux', {BROWSER: ' '}, true), {kind: 'ordinary', why: null});
	});
});

/** A program that prints what Windows's `reg query` does, in a German Windows. */
function registry(id: string, file: string): string {
	const choice = String.raw`HKEY_CURRENT_USER\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https`;
	const key = `\\${id}\\shell\\open\\command`;
	return String.raw`case "$2" in
HKCU*https*UserChoice) /bin/cat <<'END'

${choice}\UserChoice
    ProgId    REG_SZ    ${id}

END
;;
'HKCR${key}') /bin/cat <<'END'

HKEY_CLASSES_ROOT${key}
    (Standard)    REG_SZ    "${file}" --single-argument %1

END
;;
*) exit 1;; esac`;
}

test('profiles lie in the system’s own place for caches, and nowhere without a home', () => {
	const place = (env: Record<string, string>, platform: NodeJS.Platform) => profilesFolder(env, platform);
	const windows = String.raw`C:\Users\poet`;
	assert.equal(place({HOME: '/home/poet'}, 'linux'), '/home/poet/.cache/keymaker/windows');
	assert.equal(place({HOME: '/h', XDG_CACHE_HOME: '/c'}, 'linux'), '/c/keymaker/windows');
	assert.equal(place({HOME: '/h', XDG_CACHE_HOME: 'c'}, 'linux'), '/h/.cache/keymaker/windows');
	assert.equal(place({HOME: '/h', XDG_CACHE_HOME: '/c'}, 'darwin'), '/h/Library/Caches/keymaker/windows');
	assert.equal(place({LOCALAPPDATA: 'D:\\Local'}, 'win32'), String.raw`D:\Local\keymaker\Cache\windows`);
	assert.equal(
		place({USERPROFILE: windows}, 'win32'),
		String.raw`C:\Users\poet\AppData\Local\keymaker\Cache\windows`,
	);
	for (const none of [{}, {HOME: ''}, {HOME: 'relative'}] as Record<string, string>[]) {
		assert.equal(place(none, 'linux'), null);
		assert.deepEqual(allProfileFolders(none, 'linux'), []);
	}

	assert.equal(place({}, 'win32'), null);
});
