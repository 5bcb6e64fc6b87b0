import assert from 'node:assert/strict';
import {mkdir, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, afterEach, before, beforeEach, describe, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import stringWidth from 'string-width';
import {approve} from '../helpers/approve.ts';
import {handIn} from '../helpers/authorize.ts';
import {nextLink, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty, PtyOptions} from '../helpers/pty.ts';
import {some, thoroughTest} from '../helpers/thorough.ts';

let place: Workplace;
beforeEach(async () => {
	place = await workplace(['harbour', 'kettle']);
});
afterEach(() => place.close());

/** Opens the screen, and enters the first bot. */
async function enterFirst(options: PtyOptions = {}): Promise<{screen: Pty; link: string}> {
	const screen = place.screen([], options);
	await screen.waitFor(/❯ ○ harbour/);
	screen.press('enter');
	return {screen, link: await nextLink(screen)};
}

/** Writes text in pieces, each a read of its own for the program. */
async function slowly(screen: Pty, pieces: Iterable<string>, milliseconds: number): Promise<void> {
	for (const piece of pieces) {
		screen.type(piece);
		await pause(milliseconds);
	}
}

async function told(screen: Pty, ...words: readonly string[]): Promise<void> {
	await screen.waitFor(rows => {
		const text = rows.map(row => row.trim()).join(' ');
		return words.every(word => text.includes(word));
	});
}

/** How a right PIN of seven digits may come. */
const ways: Record<string, (screen: Pty, pin: string) => unknown> = {
	'in one chunk without bracketed paste, with a line end': (screen, pin) => screen.type(`${pin}\n`),
	'in one chunk without bracketed paste, with CR LF': (screen, pin) => screen.type(`${pin}\r\n`),
	'in one chunk without bracketed paste, without a line end': (screen, pin) => screen.type(pin),
	'in a bracketed paste, without a line end': (screen, pin) => screen.paste(pin),
	'in one chunk, then an enter out of habit': (screen, pin) => {
		screen.type(pin);
		screen.press('enter');
	},
	'one byte at a time': (screen, pin) => slowly(screen, `${pin}\r`, 5),
	'one byte at a time over a slow link': (screen, pin) => slowly(screen, `${pin}\r`, 60),
	'in two chunks, the second with the line end': (screen, pin) =>
		slowly(screen, [pin.slice(0, 3), `${pin.slice(3)}\n`], 60),
	'in a bracketed paste that arrives digit by digit': (screen, pin) =>
		slowly(screen, ['\u001B[200~', ...pin, '\n', '\u001B[201~'], 5),
	'with a space, a dash and a no-break space inside': (screen, pin) =>
		screen.paste(` ${pin.slice(0, 2)} ${pin.slice(2, 4)}-${pin.slice(4, 5)}\u00A0${pin.slice(5)}\t\n`),
	'with invisible characters round it': (screen, pin) => screen.paste(`\u200B\u2066${pin}\u2069\uFEFF\n`),
	'in full-width digits': (screen, pin) =>
		screen.paste(`${pin.replace(/\d/g, digit => String.fromCodePoint(0xff10 + Number(digit)))}\n`),
	'on lines of its own, with empty ones round it': (screen, pin) => screen.paste(`\r\n\r\n${pin}\r\n\r\n`),
	'and enter pressed twice': (screen, pin) => screen.type(`${pin}\r\r`),
};
describe('a PIN is taken whole, and handed in once', () => {
	// One screen for all of them, and a bot for each.
	const tried = some(Object.entries(ways), 4);
	const bots = tried.map((_, index) => `bot-${String(index).padStart(2, '0')}`);
	let flock: Workplace;
	let screen: Pty;
	before(async () => {
		flock = await workplace(bots);
		screen = flock.screen();
	});
	after(() => flock.close());

	for (const [index, [way, send]] of tried.entries()) {
		const bot = bots[index] ?? '';
		test(way, async () => {
			await screen.waitFor(new RegExp(`❯ ○ ${bot} +— +no key`));
			const before = screen.raw().length;
			screen.press('enter');
			await send(screen, await approve(await nextLink(screen), `${bot.replace('-', '_')}_poem`));
			await screen.waitFor(`${bot} is ready`);
			assert.doesNotMatch(
				screen.raw().slice(before),
				/the old one no longer works/,
				'the PIN was handed in twice',
			);
			screen.press('escape');
			await screen.waitFor(new RegExp(`❯ ● ${bot} +@\\S+ +ready`));
			screen.press('down');
		});
	}
});

/** What people paste in the place of a PIN, and what they are told. */
const mistakes: Record<string, {text: (link: string) => string; words: string[]}> = {
	nothing: {text: () => '', words: ['No PIN yet.', 'pin-empty']},
	'only a space': {text: () => ' ', words: ['No PIN yet.', 'pin-empty']},
	'the word': {text: () => 'PIN', words: ['That is the word PIN, not the number.']},
	'the link itself': {text: link => link, words: ['That is a link, not a PIN.']},
	'the consumer key': {
		text: () => 'practiceConsumerKey0001',
		words: ['A PIN has only digits.'],
	},
	'a whole e-mail': {
		text: () => 'Dear all,\n\nthe PIN is 1234567. It was 7654321.\n\nYours,\nthe owner\n',
		words: ['A PIN has only digits.'],
	},
	'a PIN with letters': {text: () => '12E4567', words: ['A PIN has only digits.']},
	'a user id': {text: () => '1234567890123456789', words: ['That is too long for a PIN.']},
	'a callback address of another link': {
		text: () => 'https://example.com/?oauth_token=anotherLinksToken&oauth_verifier=1234567',
		words: ['That address belongs to another link.', 'pin-of-another-link'],
	},
};
describe('in the place of a PIN', () => {
	// One link for all of them: none may make it void.
	let flock: Workplace;
	let screen: Pty;
	let link: string;
	before(async () => {
		flock = await workplace(['harbour']);
		screen = flock.screen();
		await screen.waitFor(/❯ ○ harbour/);
		screen.press('enter');
		link = await nextLink(screen);
	});
	after(() => flock.close());

	for (const [what, {text, words}] of some(Object.entries(mistakes), 3)) {
		test(`${what} is explained, and the link stays`, async () => {
			const pasted = text(link);
			screen.paste(pasted);
			if (!pasted.endsWith('\n')) {
				screen.press('enter');
			}

			await told(screen, ...words);
			assert.equal(await nextLink(screen), link);
			screen.press('ctrl+u');
			await screen.waitFor(
				rows => rows.some(row => /here: ▏/.test(row)) && !rows.join(' ').includes(words[0] ?? ''),
			);
		});
	}

	test('the link is still good after all of them', async () => {
		screen.paste(`${await approve(link, 'harbour_poem')}\n`);
		await screen.waitFor('harbour is ready');
	});
});

test('from a callback address of this link the PIN is taken', async () => {
	const {screen, link} = await enterFirst();
	const token = new URL(link).searchParams.get('oauth_token');
	const pin = await approve(link, 'harbour_poem');
	screen.paste(`https://example.com/callback?oauth_token=${token}&oauth_verifier=${pin}\n`);
	await screen.waitFor('harbour is ready');
});

test('the PIN of an earlier link is refused by X, a new link comes, and the person is told', async () => {
	const {screen, link} = await enterFirst();
	const earlier = await approve(link, 'harbour_poem');
	screen.press('n');
	await screen.waitFor('Get a new link?');
	screen.press('y');
	const second = await nextLink(screen, link);
	await told(screen, 'the old one no longer works.');
	screen.paste(`${earlier}\n`);
	const third = await nextLink(screen, second);
	await told(screen, 'Wrong PIN. Here is a new link; the old one no longer works.');
	screen.paste(`${await approve(third, 'harbour_poem')}\n`);
	await screen.waitFor('harbour is ready');
});

test('enter held down from the flock on never hands in, never skips, and leads to one link', async () => {
	const screen = place.screen();
	await screen.waitFor(/❯ ○ harbour/);
	// In one write each: how far apart they come is then not left to the computer's load.
	screen.type('\r'.repeat(20));
	const link = await nextLink(screen);
	const pin = await approve(link, 'harbour_poem');
	screen.paste(`${pin.slice(0, 3)}-`);
	await screen.waitFor(`${pin.slice(0, 3)}-▏`);
	screen.paste(pin.slice(3));
	await screen.waitFor(`${pin.slice(3)}▏`);
	// An enter that follows another at once counts as held down.
	await pause(250);
	screen.type('\r'.repeat(20));
	await screen.waitFor('harbour is ready');
	assert.doesNotMatch(screen.raw(), /the old one no longer works/);
});

test('n pressed again and again asks each other time, and voids no link', async () => {
	const {screen, link} = await enterFirst();
	for (let time = 1; time <= 3; time += 1) {
		screen.press('n');
		await screen.waitFor('Get a new link?');
		screen.press('n');
		await screen.waitUntilGone('Get a new link?');
	}

	assert.equal(await nextLink(screen), link);
	await handIn(screen, 'harbour_poem');
	await screen.waitFor('harbour is ready');
});

thoroughTest('an account that another bot has is held, never put in its place without a yes', async () => {
	const {screen} = await enterFirst();
	await handIn(screen, 'harbour_poem');
	await screen.waitFor('harbour is ready');
	screen.press('escape');
	await screen.waitFor(/❯ ● harbour/);
	screen.press('down', 'enter');
	await handIn(screen, 'HARBOUR_POEM');
	await told(screen, 'You signed in as @harbour_poem, which already belongs to harbour.');
	const [harbour, kettle] = JSON.parse((await place.run(['list', '--json'])).out);
	assert.deepEqual([harbour.status, harbour.handle], ['ready', 'harbour_poem']);
	assert.deepEqual([kettle.status, kettle.handle, kettle.heldHandle], ['held', null, 'harbour_poem']);
	screen.press('d');
	await screen.waitFor(/❯ ○ kettle +— +no key/);
});

thoroughTest('the folder of poems may go and come back while the flock is open', async () => {
	const {screen} = await enterFirst();
	await handIn(screen, 'harbour_poem');
	await screen.waitFor('harbour is ready');
	screen.press('escape');
	await screen.waitFor(/❯ ● harbour +@harbour_poem +ready/);
	const poems = path.join(place.folder, 'poems');
	await rename(poems, `${poems}-away`);
	await screen.waitFor(/harbour +@harbour_poem +orphan/);
	await rename(`${poems}-away`, poems);
	await screen.waitFor(/● harbour +@harbour_poem +ready/);
	await rm(poems, {recursive: true});
	await screen.waitFor(/orphan/);
	await mkdir(poems);
	await writeFile(path.join(poems, 'harbour.txt'), 'harbour\n');
	await screen.waitFor(/● harbour +@harbour_poem +ready/);
});

thoroughTest(
	'a poem that goes while its link is open takes nothing along: the key is saved, and kept as an orphan',
	async () => {
		const {screen} = await enterFirst();
		await rm(path.join(place.folder, 'poems', 'harbour.txt'));
		await handIn(screen, 'harbour_poem');
		await screen.waitFor('harbour is ready');
		screen.press('escape');
		await screen.waitFor(/harbour +@harbour_poem +orphan/);
	},
);

test('names with control characters, long ones and CJK ones are made visible and aligned, in the list and after exit', async () => {
	const names = [
		'俳句',
		'👨‍👩‍👧‍👦 family',
		'bell\u0007\u001B]0;owned\u0007',
		'turn\u202Edrib',
		'n'.repeat(200),
	];
	for (const name of names) {
		await writeFile(path.join(place.folder, 'poems', `${name}.txt`), 'a line\n');
	}

	const screen = place.screen([], {columns: 60});
	// Each row's dash stands in the same column, or this is not seen.
	const rows = await screen.waitFor(shown => {
		const found = shown.filter(row => /^ [ ❯] ○ .* — {2,}no key/.test(row));
		const columns = found.map(row => stringWidth(row.slice(0, row.indexOf('—'))));
		return found.length === 7 && new Set(columns).size === 1;
	});
	assert.doesNotMatch(screen.raw(), /owned\u0007|\u202E/);
	assert.match(rows.join('\n'), /俳句/);
	screen.press('q');
	await screen.exited;
	const list = await place.run(['list']);
	assert.doesNotMatch(list.out + list.err, /[\u0000-\u0009\u000B-\u001F\u202E]/);
});

thoroughTest('a window of 1×1 draws what fits, and the flock comes back with the room', async () => {
	const screen = place.screen([], {columns: 1, rows: 1});
	await screen.waitFor(/\S/);
	screen.resize(80, 24);
	await screen.waitFor(/❯ ○ harbour/);
	screen.press('enter');
	const link = await nextLink(screen);
	screen.resize(1, 1);
	await screen.waitFor(rows => rows.length === 1);
	screen.paste(`${await approve(link, 'harbour_poem')}\n`);
	screen.resize(80, 24);
	await screen.waitFor('harbour is ready');
	screen.resize(1, 1);
	screen.press('ctrl+c');
	assert.equal((await screen.exited).exitCode, 130);
});

for (const env of some([{TERM: 'dumb'}, {LANG: 'C'}, {LANG: undefined, LC_ALL: 'POSIX'}], 3)) {
	test(`with ${JSON.stringify(env)} the whole flow works, in nothing but ASCII`, async () => {
		const screen = place.screen([], {env});
		await screen.waitFor(/> o harbour/);
		screen.press('enter');
		const link = await nextLink(screen);
		screen.type(`${await approve(link, 'harbour_poem')}\n`);
		await screen.waitFor('harbour is ready');
		screen.press('escape');
		await screen.waitFor(/harbour +@harbour_poem +ready/);
		screen.press('q');
		assert.equal((await screen.exited).exitCode, 0);
		assert.match(screen.raw(), /^[\u0000-\u007F]*$/);
	});
}

test('extra arguments are refused, and no PIN is taken from them', async () => {
	for (const {args, exit} of [
		// Another argument is another bot, and there is none of that name.
		{args: ['authorize', 'harbour', '1234567'], exit: 1},
		{args: ['authorize', 'harbour', '--pin', '1234567'], exit: 2},
		{args: ['authorize', '--missing', 'harbour'], exit: 2},
		{args: ['1234567'], exit: 2},
	]) {
		const {code, out, err} = await place.run(args);
		assert.equal(code, exit, err);
		assert.equal(out, '', 'a link was asked for');
		assert.notEqual(err, '');
	}
});
