import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, suite, type TestContext, test} from 'node:test';
import {whyMissing} from '../helpers/installed.ts';
import {nextLink, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';
import {drive, eventually, type Kind, openDisplay, wrappers} from '../helpers/real-browser.ts';
import {filesBelow} from '../keystore/support.ts';

let display: Awaited<ReturnType<typeof openDisplay>>;
const missing = whyMissing('Xvfb');
before(async () => {
	display = await openDisplay();
});
after(() => display.close());

/** A workplace in which one browser of Debian's is the default one. */
async function placeWith(t: TestContext, kind: Kind): Promise<Workplace> {
	const place = await workplace(['harbour', 'kettle']);
	const {entry, program, shell} = wrappers[kind];
	await place.program('xdg-settings', `echo ${entry}`);
	await place.program(program, shell);
	t.after(async () => {
		await eventually(
			async () => ((await browsersOf(place)).length === 0 ? true : null),
			'a browser still runs',
		);
		await place.close();
	});
	return place;
}

/** Opens the full screen, where links are opened by themselves and lead to PINs. */
function start(place: Workplace, args: readonly string[] = [], more: Record<string, string> = {}): Pty {
	const env = {KEYMAKER_OPEN: undefined, KEYMAKER_CALLBACK: 'never', DISPLAY: display.name, ...more};
	return place.screen(args, {env});
}

const windowsOf = ({folder}: Workplace) => path.join(folder, '.cache/keymaker/windows');

async function profilesOf(place: Workplace): Promise<string[]> {
	const names = await readdir(windowsOf(place)).catch(() => []);
	return names.map(name => path.join(windowsOf(place), name));
}

/** The one profile besides those that are known. */
function newProfile(place: Workplace, known: readonly string[] = []): Promise<string> {
	return eventually(
		async () => (await profilesOf(place)).find(profile => !known.includes(profile)) ?? null,
		'no window opens',
	);
}

async function gone(place: Workplace): Promise<void> {
	await eventually(async () => ((await profilesOf(place)).length === 0 ? true : null), 'a profile stays');
}

/** The processes that name a workplace's profiles: browsers, and keymaker's own part beside each. */
async function processesOf(place: Workplace): Promise<{pid: number; line: string}[]> {
	const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
	const found = await Promise.all(
		pids.map(async pid => ({
			pid: Number(pid),
			line: (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '),
		})),
	);
	return found.filter(({line}) => line.includes(place.folder) && !line.includes('dist/cli.js'));
}

/** The browsers of a workplace, or the one of a profile. */
async function browsersOf(place: Workplace, profile = place.folder): Promise<number[]> {
	const found = await processesOf(place);
	return found
		.filter(({line}) => !line.includes('window-worker') && line.includes(profile))
		.map(({pid}) => pid);
}

/** What a browser leaves in the home, outside its profile, must not hold the link's token. */
function filesWith(place: Workplace, token: string): string[] {
	const files = [...filesBelow(place.folder)];
	return files.filter(([, bytes]) => bytes.includes(token)).map(([file]) => file);
}

/** Kills processes, of which some end by themselves once another is gone. */
function kill(pids: readonly number[]): void {
	for (const pid of pids) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch (error) {
			assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
		}
	}
}

for (const kind of ['chromium', 'firefox'] as const) {
	const skip = missing || whyMissing(wrappers[kind].program);
	suite(`windows of ${kind}`, {skip}, () => {
		test('two bots are authorized by two accounts, and neither window ever sees the other’s session', async t => {
			const place = await placeWith(t, kind);
			const screen = start(place);
			await screen.waitFor('harbour');
			screen.press('a');
			const first = await nextLink(screen);
			const profile = await newProfile(place);
			const harbour = await drive(kind, profile, first);
			assert.doesNotMatch(await harbour.shows(/Authorize keymaker/), /signed in/);
			await screen.waitFor('in the new window');
			screen.paste(await harbour.authorize('harbour'));

			const second = await nextLink(screen, first);
			const other = await newProfile(place, [profile]);
			const kettle = await drive(kind, other, second);
			assert.doesNotMatch(await kettle.shows(/Authorize keymaker/), /signed in/);
			// The first window has one: what the second one lacks can be seen.
			await harbour.goto(second);
			await harbour.shows(/This browser is signed in as @harbour\./);
			screen.paste(await kettle.authorize('kettle'));
			await screen.waitFor(/2 ready|All done|whole flock|kettle is ready/);

			// One browser is killed; keymaker is left before the other one is closed.
			kill(await browsersOf(place, profile));
			await eventually(async () => ((await profilesOf(place)).length === 1 ? true : null), 'a profile stays');
			screen.press('ctrl+c');
			await screen.exited;
			const again = start(place);
			await again.waitFor('harbour');
			await kettle.shows(/Your PIN/);
			assert.deepEqual(await profilesOf(place), [other], 'its browser still runs');
			await kettle.close();
			await gone(place);
			await again.close();
			for (const url of [first, second]) {
				assert.deepEqual(filesWith(place, new URL(url).searchParams.get('oauth_token') ?? url), []);
			}

			const {out} = await place.run(['list', '--json']);
			const flock: {bot: string; status: string; handle: string}[] = JSON.parse(out);
			assert.deepEqual(
				flock.map(({bot, status, handle}) => [bot, status, handle]),
				[
					['harbour', 'ready', 'harbour'],
					['kettle', 'ready', 'kettle'],
				],
			);
		});

		test('where keymaker is killed, its window stays as it is; where all that belongs to it is, the next start removes what is left', async t => {
			const place = await placeWith(t, kind);
			const screen = start(place);
			await screen.waitFor('harbour');
			screen.press('enter');
			const link = await nextLink(screen);
			const profile = await newProfile(place);
			const window = await drive(kind, profile, link);
			await window.shows(/Authorize keymaker/);
			screen.kill('SIGKILL');
			await screen.exited;
			const again = start(place);
			await again.waitFor('harbour');
			await window.shows(/Authorize keymaker/);
			assert.deepEqual(await profilesOf(place), [profile]);
			await again.close();

			const workers = (await processesOf(place)).filter(({line}) => line.includes('window-worker'));
			assert.equal(workers.length, 1);
			kill([...workers.map(worker => worker.pid), ...(await browsersOf(place, profile))]);
			await eventually(async () => ((await processesOf(place)).length === 0 ? true : null), 'they still run');
			assert.deepEqual(await profilesOf(place), [profile]);
			const last = start(place);
			await gone(place);
			await last.close();
		});
	});
}

test('with --browser default two bots share a session, which shows that these tests can fail', {
	skip: missing || whyMissing('chromium'),
}, async t => {
	const place = await placeWith(t, 'chromium');
	const theirs = path.join(place.folder, 'theirs');
	// The system's opener takes this for GNOME, and asks `gio`, which here starts a browser as the person has it.
	await place.program(
		'gio',
		`if [ "$1" = open ]; then exec chromium --user-data-dir=${theirs} --no-first-run "$2"; fi`,
	);
	const screen = start(place, ['--browser', 'default'], {XDG_CURRENT_DESKTOP: 'GNOME'});
	await screen.waitFor('harbour');
	screen.press('a');
	const first = await nextLink(screen);
	const harbour = await drive('chromium', theirs, first);
	await screen.waitFor('ordinary window');
	screen.paste(await harbour.authorize('harbour'));
	const second = await nextLink(screen, first);
	const kettle = await drive('chromium', theirs, second);
	await kettle.shows(/This browser is signed in as @harbour\./);
	assert.deepEqual(await profilesOf(place), []);
	await kettle.close();
	await harbour.close();
});
