import assert from 'node:assert/strict';
import {mkdir, readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {approve} from '../helpers/approve.ts';
import {nextLink, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';
import {thoroughTest} from '../helpers/thorough.ts';
import {until} from '../helpers/until.ts';

let place: Workplace;
beforeEach(async () => {
	place = await workplace(['harbour', 'kettle', 'lamplight']);
});
afterEach(() => place.close());

/** Opens the authorize screen of the selected bot, and approves its link as an account. */
async function approveSelected(screen: Pty, account: string): Promise<string> {
	screen.press('enter');
	return approve(await nextLink(screen), account);
}

async function authorize(screen: Pty, bot: string, account: string): Promise<void> {
	await screen.waitFor(new RegExp(`❯.*${bot}`));
	const pin = await approveSelected(screen, account);
	screen.paste(pin);
	screen.press('enter');
	await screen.waitUntilGone('Paste the PIN here');
	await screen.waitFor(`@${account}`);
}

/** Copies the link; once more where a busy computer's clipboard did not answer in time. */
async function copy(screen: Pty): Promise<void> {
	for (;;) {
		screen.press('c');
		const rows = await screen.waitFor(/Copied\.|did not answer/);
		if (rows.join(' ').includes('Copied.')) {
			return;
		}

		await screen.waitUntilGone('did not answer');
	}
}

async function keyOf(bot: string): Promise<Record<string, unknown>> {
	const {out} = await place.run(['list', '--json']);
	return (JSON.parse(out) as Array<Record<string, unknown>>).find(row => row.bot === bot) ?? {};
}

test('a person goes from a poem to a key that is still there in the next run', async () => {
	await place.program('xsel', 'cat > copied.txt');
	await place.program('recorder', 'echo "$1" > opened.txt');
	const screen = place.screen([], {
		env: {KEYMAKER_OPEN: undefined, KEYMAKER_CALLBACK: 'never', BROWSER: 'recorder', DISPLAY: ':7'},
	});
	await screen.waitFor(/3 no key/);
	await screen.waitFor(/❯ ○ harbour/);
	screen.press('down');
	await screen.waitFor(/❯ ○ kettle/);
	screen.press('enter');
	const link = await nextLink(screen);
	assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/oauth\/authorize\?oauth_token=\w+&force_login=true$/);

	await copy(screen);
	assert.equal(await place.read('copied.txt'), link);
	await until(async () => (await place.read('opened.txt').catch(() => '')).endsWith('\n'));
	assert.equal(await place.read('opened.txt'), `${link}\n`);

	// The line end that comes along with a paste submits it, once.
	screen.paste(`${await approve(link, 'kettle_poem')}\n`);
	await screen.waitFor(/@kettle_poem/);
	screen.press('escape');
	await screen.waitFor(/❯ ● kettle +@kettle_poem +ready/);
	await screen.waitFor(/1 ready/);
	screen.press('q');
	assert.equal((await screen.exited).exitCode, 0);
	assert.equal(screen.alternate(), false);
	assert.equal(screen.cursorShown(), true);

	const again = place.screen();
	await again.waitFor(/● kettle +@kettle_poem +ready/);
	again.press('q');
	await again.exited;

	const {code} = await place.run(['export', '--format', 'bundle', '--out', 'keys']);
	assert.equal(code, 0);
	assert.deepEqual(await readdir(path.join(place.folder, 'keys')), ['kettle.json']);
	const bundle = JSON.parse(await place.read('keys/kettle.json'));
	assert.equal(bundle.screen_name, 'kettle_poem');
	assert.equal(bundle.user_id, (await keyOf('kettle')).userId);
	assert.ok(bundle.oauth_token.startsWith(`${bundle.user_id}-`));
	for (const field of ['consumer_token', 'consumer_token_secret', 'oauth_token', 'oauth_token_secret']) {
		assert.ok(bundle[field].length > 10, field);
	}

	assert.equal(bundle.poem_file, 'poems/kettle.txt');
	assert.equal(bundle.file, bundle.poem_file);
	assert.equal((await stat(path.join(place.folder, 'keys', 'kettle.json'))).mode & 0o777, 0o600);
	assert.ok(!screen.raw().includes(bundle.oauth_token_secret), 'the access secret was drawn');
	assert.ok(!screen.raw().includes(bundle.oauth_token), 'the access token was drawn');
	assert.ok(!screen.raw().includes(bundle.consumer_token_secret), 'the app’s secret was drawn');
});

test('after a wrong PIN a new link comes by itself, and its PIN makes the key', async () => {
	const screen = place.screen();
	await screen.waitFor(/❯ ○ harbour/);
	screen.press('enter');
	const first = await nextLink(screen);
	const right = await approve(first, 'harbour_poem');
	screen.paste(right === '1234567' ? '7654321' : '1234567');
	screen.press('enter');
	const second = await nextLink(screen, first);
	await screen.waitFor(/old one no longer works/);
	screen.paste(await approve(second, 'harbour_poem'));
	screen.press('enter');
	await screen.waitFor(/@harbour_poem/);
	screen.press('escape');
	await screen.waitFor(/● harbour +@harbour_poem +ready/);
});

test('a bot is authorized again by its own account without a question', async () => {
	const screen = place.screen();
	await authorize(screen, 'harbour', 'harbour_poem');
	const before = await keyOf('harbour');
	screen.press('escape');
	await screen.waitFor(/❯ ● harbour/);
	await authorize(screen, 'harbour', 'harbour_poem');
	screen.press('escape');
	await screen.waitFor(/❯ ● harbour +@harbour_poem +ready/);
	const after = await keyOf('harbour');
	assert.equal(after.userId, before.userId);
	assert.notEqual(after.authorizedAt, before.authorizedAt);
});

test('the key of another account than expected is held, and then discarded or kept', async () => {
	const screen = place.screen();
	await authorize(screen, 'harbour', 'harbour_poem');
	for (const {account, key, handle} of [
		{account: 'somebody_else', key: 'd', handle: 'harbour_poem'},
		{account: 'another_one', key: 'k', handle: 'another_one'},
	]) {
		screen.press('escape');
		await screen.waitFor(/❯ ● harbour/);
		const pin = await approveSelected(screen, account);
		screen.paste(pin);
		screen.press('enter');
		await screen.waitFor(new RegExp(`@${account}`));
		const held = await keyOf('harbour');
		assert.deepEqual([held.handle, held.heldHandle, held.status], ['harbour_poem', account, 'ready']);
		screen.press(key);
		await screen.waitUntilGone(/ k keep/);
		const decided = await keyOf('harbour');
		assert.deepEqual([decided.handle, decided.heldHandle, decided.status], [handle, null, 'ready']);
	}
});

thoroughTest('escape leaves an authorization while X does not answer, and nothing is saved', async () => {
	const screen = place.screen([], {env: {KEYMAKER_PRACTICE_FAULT: 'request_token:hang:1'}});
	await screen.waitFor(/❯ ○ harbour/);
	screen.press('enter');
	// By then the keystore has been tried, and it is X alone that hangs.
	await screen.waitFor(/(?!600 )\d{3} s left/);
	screen.press('escape');
	await screen.waitFor(/❯ ○ harbour +— +no key/);
	// The same bot works when X does. A busy computer may have asked nothing yet when escape came: then this one hangs.
	for (let link = ''; link === ''; ) {
		screen.press('enter');
		const rows = await screen.waitFor(/Paste the PIN here|(?!600 )\d{3} s left/);
		if (rows.join(' ').includes('s left')) {
			screen.press('escape');
			await screen.waitFor(/❯ ○ harbour/);
		} else {
			link = await nextLink(screen);
			screen.paste(`${await approve(link, 'harbour_poem')}\n`);
		}
	}

	await screen.waitFor('harbour is ready');
});

thoroughTest('half a PIN survives a resize, and the rest completes it', async () => {
	const screen = place.screen([], {columns: 80, rows: 24});
	await screen.waitFor(/❯ ○ harbour/);
	const pin = await approveSelected(screen, 'harbour_poem');
	screen.type(pin.slice(0, 3));
	await screen.waitFor(`here: ${pin.slice(0, 3)}`);
	screen.resize(40, 12);
	await screen.waitFor(rows => rows.length === 12 && rows.some(row => row.includes(pin.slice(0, 3))));
	screen.type(pin.slice(3));
	screen.press('enter');
	screen.resize(100, 30);
	await screen.waitFor(/@harbour_poem/);
	assert.equal((await keyOf('harbour')).status, 'ready');
});

test('a poem that comes while the flock is open is shown, and one that goes leaves its key as an orphan', async () => {
	const screen = place.screen();
	await authorize(screen, 'harbour', 'harbour_poem');
	screen.press('escape');
	await screen.waitFor(/❯ ● harbour/);
	const fs = await import('node:fs/promises');
	await fs.writeFile(path.join(place.folder, 'poems', 'anchor.txt'), 'Anchor\n');
	await screen.waitFor(/○ anchor/);
	await screen.waitFor(/❯ ● harbour/);
	await fs.rm(path.join(place.folder, 'poems', 'harbour.txt'));
	await screen.waitFor(/harbour +@harbour_poem +orphan/);
});

test('a key that another program saves appears without a restart', async () => {
	const screen = place.screen();
	const other = place.screen();
	await screen.waitFor(/❯ ○ harbour/);
	await authorize(other, 'harbour', 'harbour_poem');
	await screen.waitFor(/● harbour +@harbour_poem +ready/);
});

thoroughTest('a missing folder of poems is explained on the screen', async () => {
	const screen = place.screen(['--poems', 'nowhere', '--flock', 'another']);
	await screen.waitFor(/no folder/i);
	await mkdir(path.join(place.folder, 'nowhere'));
	await screen.waitFor(/no poems in/i);
	screen.press('q');
	assert.equal((await screen.exited).exitCode, 0);
});
