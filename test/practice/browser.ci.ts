import assert from 'node:assert/strict';
import {after, before, suite, type TestContext, test} from 'node:test';
import type {Browser, Page} from 'playwright-core';
import type {Practice} from '../../source/practice/practice.ts';
import {browserPatienceMs, startChromium, withoutChromium} from '../helpers/chromium.ts';
import {call, requestToken} from './call.ts';
import {practiceFor} from './fixture.ts';

suite('the authorize page in Chromium', {skip: withoutChromium}, () => {
	let browser: Browser;
	before(async () => {
		browser = await startChromium();
	});
	after(() => browser?.close());

	async function open(t: TestContext): Promise<{practice: Practice; page: Page}> {
		const context = await browser.newContext();
		context.setDefaultTimeout(browserPatienceMs);
		t.after(() => context.close());
		return {practice: await practiceFor(t), page: await context.newPage()};
	}

	test('an account is chosen, the app authorized, and the PIN works', async t => {
		const {practice, page} = await open(t);
		const link = await requestToken(practice);
		const problems = listen(page);
		await page.goto(`${link.url}&force_login=true&screen_name=lamplight_p`);
		assert.ok(await page.getByLabel('@lamplight_p').isChecked());
		await page.getByLabel('@harbour_poem').check();
		await page.getByRole('button', {name: 'Authorize app'}).click();
		const pin = (await page.locator('#pin').textContent()) ?? '';
		assert.match(pin, /^\d{7}$/);

		await page.locator('#pin').click();
		assert.equal(await page.evaluate('String(getSelection())'), pin);
		const {status, body} = await call(practice, {
			route: 'POST /oauth/access_token',
			token: link,
			form: {oauth_verifier: pin},
		});
		assert.equal(status, 200);
		assert.match(body, /screen_name=harbour_poem/);
		assert.deepEqual(problems, []);
	});

	test('another account is typed, and enter sends it', async t => {
		const {practice, page} = await open(t);
		await page.goto((await requestToken(practice)).url);
		await page.getByLabel('Or another account').fill('moth_poem');
		await page.keyboard.press('Enter');
		await page.getByRole('heading', {name: 'Your PIN'}).waitFor();
		await page.getByText('@moth_poem').waitFor();
	});

	test('a bad name stays in the field, which has the focus, for a letter to be mended', async t => {
		const {practice, page} = await open(t);
		const problems = listen(page);
		await page.goto((await requestToken(practice)).url);
		await page.getByLabel('Or another account').fill('moth-poem-of-the-whole-harbour');
		await page.keyboard.press('Enter');
		await page.getByRole('alert').getByText('1 to 15 letters').waitFor();
		const field = page.getByLabel('Or another account');
		assert.equal(await field.inputValue(), 'moth-poem-of-the-whole-harbour');
		await page.locator('input[name=other]:focus').waitFor();
		await assertFits(page);
		await field.fill('moth_poem');
		await page.keyboard.press('Enter');
		await page.getByText('@moth_poem').waitFor();
		assert.deepEqual(
			problems.filter(problem => !problem.includes('400 (Bad Request)')),
			[],
		);
	});

	test('Cancel gives nothing, and the link is void', async t => {
		const {practice, page} = await open(t);
		const {url} = await requestToken(practice);
		await page.goto(url);
		await page.getByRole('button', {name: 'Cancel'}).click();
		await page.getByRole('heading', {name: 'Cancelled'}).waitFor();
		await page.goto(url);
		await page.getByRole('heading', {name: 'This link no longer works'}).waitFor();
	});

	test('nothing is cut off or scrolls sideways on a narrow phone, light or dark', async t => {
		const {page} = await open(t);
		const taken = new Map([['kettle_poem_123', 'a bot with the longest name '.repeat(4)]]);
		const practice = await practiceFor(t, {
			handles: ['harbour_poem', 'kettle_poem_123'],
			taken: async () => taken,
		});
		await page.setViewportSize({width: 320, height: 568});
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({colorScheme});
			await page.goto((await requestToken(practice)).url);
			await assertFits(page);
			await page.getByLabel('@harbour_poem').check();
			await page.getByRole('button', {name: 'Authorize app'}).click();
			await page.locator('#pin').waitFor();
			await assertFits(page);
		}
	});

	test('a form on another site cannot authorize', async t => {
		const {practice, page} = await open(t);
		const {token} = await requestToken(practice);
		await page.route('http://elsewhere.invalid/', route =>
			route.fulfill({
				contentType: 'text/html',
				body: `<form method="post" action="${practice.origin}/oauth/authorize">
					<input name="oauth_token" value="${token}"><input name="account" value="harbour_poem">
					<button name="action" value="authorize">Win a prize</button></form>`,
			}),
		);
		await page.goto('http://elsewhere.invalid/');
		await page.getByRole('button').click();
		await page.getByText('Another site sent this form').waitFor();
	});
});

/** Collects what Chromium complains about, such as a style that the page's own policy forbids. */
function listen(page: Page): string[] {
	const problems: string[] = [];
	page.on('console', message => problems.push(message.text()));
	page.on('pageerror', error => problems.push(error.message));
	return problems;
}

/** Nothing of the page lies beyond its right edge. */
async function assertFits(page: Page): Promise<void> {
	const beyond = await page.evaluate(
		`[...document.querySelectorAll('body *')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
			|| e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 80))`,
	);
	assert.deepEqual(beyond, []);
}
