import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import path from 'node:path';
import {after, afterEach, before, beforeEach, suite, test} from 'node:test';
import type {Browser, BrowserContext, Page} from 'playwright-core';
import {browserPatienceMs, startChromium, withoutChromium} from '../helpers/chromium.ts';
import {freePort} from '../helpers/free-port.ts';
import {linkOn, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';
import {until} from '../helpers/until.ts';
import {filesBelow} from '../keystore/support.ts';

suite('a walk without PINs in Chromium', {skip: withoutChromium}, () => {
	let browser: Browser;
	let context: BrowserContext;
	let place: Workplace;
	let port: number;
	/** Every address that the browser went to, or asked for. */
	let asked: string[];
	before(async () => {
		browser = await startChromium();
	});
	after(() => browser?.close());
	beforeEach(async () => {
		place = await workplace(['ferry', 'harbour', 'kettle']);
		port = await freePort();
		context = await browser.newContext();
		context.setDefaultTimeout(browserPatienceMs);
		asked = [];
		context.on('request', request => asked.push(request.url()));
	});
	afterEach(async () => {
		await context.close();
		await place.close();
	});

	const walk = () => place.screen(['--callback', String(port)], {columns: 120, rows: 30});

	async function open(link: string): Promise<Page> {
		const page = await context.newPage();
		await page.goto(link);
		return page;
	}

	/** Authorizes as this account, and waits for what the page says at the end. */
	async function authorize(link: string, account: string, says: string | RegExp): Promise<Page> {
		const page = await open(link);
		await page.getByLabel('Or another account').fill(account);
		await page.getByRole('button', {name: 'Authorize app'}).click();
		await page.getByText(says).waitFor();
		assert.equal(page.url(), `http://127.0.0.1:${port}/keymaker/done`);
		return page;
	}

	/** The files of the program that hold any of these; its own marks of a run included. */
	function leftOn(words: readonly string[]): string[] {
		return [...filesBelow(place.folder)]
			.filter(([, bytes]) => words.some(word => bytes.includes(word)))
			.map(([file]) => file);
	}

	/** The request tokens and verifiers that were in the browser's addresses. */
	function passed(): string[] {
		return asked.flatMap(address => {
			const {searchParams} = new URL(address);
			return ['oauth_token', 'oauth_verifier', 'denied'].flatMap(name => searchParams.getAll(name));
		});
	}

	test('three bots: the wrong account is decided about and tried again, one is denied, one closed without an answer', async () => {
		await place.run(['expect', 'ferry', 'ferry_poem']);
		await place.run(['expect', 'kettle', 'kettle_poem']);
		const screen = walk();
		await screen.waitFor(/a walk the 3 that need you/);
		screen.press('a');

		// The wrong account: decide, and try again.
		let link = await callingLink(screen);
		await authorize(link, 'somebody_else', 'Return to keymaker to decide about the key of ferry.');
		await screen.waitFor('You signed in as @somebody_else, not as the expected account.');
		assert.deepEqual(leftOn(passed()), []);
		screen.press('r');
		link = await callingLink(screen, link);
		// What the screen says goes after some seconds, and a browser may take them.
		const [done] = await Promise.all([
			authorize(link, 'ferry_poem', 'ferry is ready. You can close this page.'),
			screen.waitFor('ferry is ready and posts as @ferry_poem.'),
		]);
		assert.equal(await done.evaluate('document.referrer'), '');
		assert.equal(await done.evaluate('document.scripts.length'), 0);
		assert.deepEqual(leftOn(passed()), []);

		// Denied: said there and here, and a new link.
		link = await callingLink(screen, link);
		const denying = await open(link);
		await Promise.all([
			denying.getByRole('button', {name: 'Cancel'}).click(),
			denying.getByText('You did not authorize harbour, so no key was made.').waitFor(),
			screen.waitFor('You did not authorize harbour, so no key was made. Here is a new link.'),
		]);
		link = await callingLink(screen, link);
		assert.deepEqual(leftOn(passed()), []);
		screen.press('s');

		// Closed without an answer: the link still waits, and works when it is opened again.
		link = await callingLink(screen, link);
		await (await open(link)).close();
		assert.equal(linkOn(screen.screen()), link);
		await authorize(link, 'kettle_poem', 'kettle is ready. You can close this page.');
		await screen.waitFor(/2 keys in .*, all saved\./);
		screen.press('enter');
		await screen.waitFor(/2 ready/);
		screen.press('q');
		assert.equal((await screen.exited).exitCode, 0);
		assert.deepEqual(leftOn(passed()), []);
		assert.ok(passed().length >= 6, 'nothing was looked for');
		assert.deepEqual(
			readdirSync(path.join(place.folder, 'keystore', 'practice')).filter(name =>
				/\.(?:tmp|lock)\b/.test(name),
			),
			[],
		);
		const rows: {bot: string; handle: string | null; heldHandle: string | null}[] = JSON.parse(
			(await place.run(['list', '--json'])).out,
		);
		assert.deepEqual(
			rows.map(({bot, handle, heldHandle}) => [bot, handle, heldHandle]),
			[
				['ferry', 'ferry_poem', null],
				['harbour', null, null],
				['kettle', 'kettle_poem', null],
			],
		);
	});

	test('a page of another site, which knows the link’s token, reaches nothing by an image, a frame, a script or a fetch', async () => {
		const screen = walk();
		await screen.waitFor(/a walk the 3 that need you/);
		screen.press('a');
		const link = await callingLink(screen);
		const token = new URL(link).searchParams.get('oauth_token') ?? '';
		assert.ok(token.length > 20);
		const target = `http://127.0.0.1:${port}/keymaker?oauth_token=${token}&oauth_verifier=theVerifierOfAnother`;
		const page = await context.newPage();
		await page.route('http://elsewhere.invalid/', route =>
			route.fulfill({
				contentType: 'text/html',
				body: `<img src="${target}"><iframe src="${target}"></iframe><script src="${target}"></script>
					<form method="post" action="${target}"><button>Win a prize</button></form>`,
			}),
		);
		const answers: (readonly [string, number])[] = [];
		page.on('response', answer => {
			if (answer.url().startsWith(`http://127.0.0.1:${port}/`)) {
				answers.push([answer.request().resourceType(), answer.status()]);
			}
		});
		await page.goto('http://elsewhere.invalid/', {waitUntil: 'load'});
		const read = await page.evaluate(
			`Promise.all(['cors', 'no-cors'].map(mode => fetch(${JSON.stringify(target)}, {mode}).then(a => a.type, () => 'refused')))`,
		);
		assert.ok(
			(read as string[]).every(type => type === 'refused' || type === 'opaque'),
			String(read),
		);
		await page.getByRole('button').click();
		await page.waitForURL(`http://127.0.0.1:${port}/**`);
		assert.deepEqual(
			answers.filter(([, status]) => status !== 404),
			[],
		);
		assert.ok(answers.some(([type, status]) => type === 'document' && status === 404));
		// The screen still waits, and the person's own answer is the one that counts.
		assert.equal(linkOn(screen.screen()), link);
		await authorize(link, 'ferry_poem', 'Return to keymaker to confirm that this is ferry’s account.');
		await screen.waitFor('You signed in as @ferry_poem.');
		screen.press('ctrl+c');
		await screen.exited;
	});

	test('a newcomer whose browser opens by itself gets no PIN in practice, without an option', async () => {
		await place.program('browser', `printf '%s\\n' "$1" >> '${path.join(place.folder, 'opened')}'`);
		const screen = place.screen([], {
			columns: 120,
			rows: 30,
			env: {KEYMAKER_OPEN: undefined, BROWSER: path.join(place.folder, 'bin', 'browser')},
		});
		await screen.waitFor(/a walk the 3 that need you/);
		screen.press('a');
		let link = '';
		for (const bot of ['ferry', 'harbour', 'kettle']) {
			link = await callingLink(screen, link);
			const page = await open(link);
			await page.getByLabel(`@${bot}`, {exact: true}).check();
			await page.getByRole('button', {name: 'Authorize app'}).click();
			await page.getByText(`confirm that this is ${bot}’s account`).waitFor();
			await screen.waitFor(`You signed in as @${bot}.`);
			await pressUntil(
				screen,
				'enter',
				bot === 'kettle' ? 'The whole flock can sing.' : `${bot} now posts as @${bot}.`,
			);
		}

		// The browser is a program by itself, and nobody waits for it.
		await until(async () => (await place.read('opened')).split('\n').length === 4);
		screen.press('ctrl+c');
		await screen.exited;
	});
});

/** Waits for a link that calls back, other than an earlier one. */
async function callingLink(screen: Pty, earlier = ''): Promise<string> {
	const rows = await screen.waitFor(shown => {
		const link = linkOn(shown);
		return link !== '' && link !== earlier && shown.some(row => row.includes('keymaker continues by itself'));
	});
	return linkOn(rows);
}

/** Presses a key again and again until the screen shows it: an enter that comes at once is taken for one of habit. */
async function pressUntil(screen: Pty, key: string, shown: string): Promise<void> {
	const pressing = setInterval(() => screen.press(key), 1100);
	await screen.waitFor(shown).finally(() => clearInterval(pressing));
}
