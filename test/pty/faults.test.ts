import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {approve} from '../helpers/approve.ts';
import {whyNoCertificate as skip} from '../helpers/certificate.ts';
import {holdExchange, type Network, startNetwork} from '../helpers/network.ts';
import {nextLink, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';
import {some, thoroughTest} from '../helpers/thorough.ts';

let place: Workplace;
let network: Network | null = null;
beforeEach(async () => {
	place = await workplace(['harbour', 'kettle']);
});
afterEach(async () => {
	await place.close();
	await network?.close();
	network = null;
});

/** Opens the screen in practice with a fault, and waits for the flock. */
async function open(fault: string, more: Readonly<Record<string, string>> = {}): Promise<Pty> {
	const screen = place.screen([], {env: {KEYMAKER_PRACTICE_FAULT: fault, ...more}});
	await screen.waitFor(/❯ . harbour/);
	return screen;
}

/** Waits for words, wherever the lines break. */
async function told(screen: Pty, ...words: readonly (string | RegExp)[]): Promise<void> {
	await screen.waitFor(rows => {
		const text = rows.map(row => row.trim()).join(' ');
		return words.every(word => (typeof word === 'string' ? text.includes(word) : word.test(text)));
	});
}

/** Hands the PIN of the link that is shown in, as a paste with a line end. */
async function handIn(screen: Pty, link: string, account = 'harbour_poem'): Promise<string> {
	const pin = await approve(link, account);
	screen.paste(`${pin}\n`);
	return pin;
}

/** Presses enter as somebody who has read the screen: an enter that follows another at once counts as held down. */
async function enter(screen: Pty): Promise<void> {
	await pause(250);
	screen.press('enter');
}

async function assertSaved(screen: Pty): Promise<void> {
	await screen.waitFor('harbour is ready');
	const [harbour] = JSON.parse((await place.run(['list', '--json'], '', network?.env)).out);
	assert.deepEqual([harbour.status, harbour.handle], ['ready', 'harbour_poem']);
}

/** Opens the flock with a key for its first bot, made on the screen. */
async function openWithKey(fault: string): Promise<Pty> {
	const screen = await open(fault);
	screen.press('enter');
	await handIn(screen, await nextLink(screen));
	await assertSaved(screen);
	screen.press('escape');
	await screen.waitFor(/❯ ● harbour +@harbour_poem +ready/);
	return screen;
}

const links = [
	{
		fault: '401-32',
		words: ['X rejected the app’s key and secret.', '“Keys and tokens” page', 'x-app-key · 401 · 32'],
	},
	{
		fault: '403-415',
		words: [
			'The app’s settings at X do not allow PINs.',
			'“User authentication settings”',
			'x-callback · 403 · 415',
		],
	},
	{
		fault: 'html',
		words: ['A web page came back instead of X’s answer.', 'sign in to the network', 'x-answer · 200'],
	},
	{
		fault: '429',
		words: [
			/X’s rate limit is reached\. Try again (tomorrow )?at \d\d:\d\d\./,
			'Wait until then',
			'x-rate-limit · 429 · 88',
		],
	},
	{
		fault: '403-cloudflare',
		words: ['X blocks connections from this computer’s network.', 'turn off the VPN', 'x-blocked · 403'],
	},
	{
		fault: '403-xml-87',
		words: ['says “Client is not permitted to perform this action”.', 'x-refused · 403 · 87'],
	},
	{
		fault: '403-user-suspended',
		words: ['X suspended this account.', 'x-account-suspended · 403 · user-suspended'],
	},
	{
		fault: 'skewed-date',
		words: [/this computer’s clock: it is (2 hours|1 hour 59 minutes) behind X’s\./, 'x-clock · 401 · 32'],
	},
];
for (const {fault, words} of some(links, 8)) {
	test(`a person sees what ${fault} at the link means and what to do, and enter in place makes the key`, async () => {
		const screen = await open(`request_token:${fault}:1`);
		screen.press('enter');
		await told(screen, ...words, 'No link for harbour.');
		assert.doesNotMatch(screen.screen().join('\n'), /http:/, 'a link is shown');
		await enter(screen);
		await handIn(screen, await nextLink(screen));
		await assertSaved(screen);
	});
}

for (const {fault, sentence, label} of some(
	[
		{fault: '500', sentence: 'X is having problems.', label: 'x-trouble · 500 · 131'},
		{
			fault: 'torn',
			sentence: 'The connection broke in the middle of X’s answer.',
			label: 'x-network',
		},
		{fault: 'reset', sentence: 'The connection to X was closed.', label: 'x-network'},
	],
	2,
)) {
	test(`where ${fault} leaves it open whether X took the PIN, that is said, and a new link comes by itself`, async () => {
		const screen = await open(`access_token:${fault}:1`);
		screen.press('enter');
		const link = await nextLink(screen);
		await handIn(screen, link);
		const next = await nextLink(screen, link);
		await told(
			screen,
			`${sentence} X may or may not have accepted the PIN. Here is a new link; the old one no longer works.`,
			label,
		);
		await handIn(screen, next);
		await assertSaved(screen);
	});
}

thoroughTest(
	'after a refusal that X gives without a look at the PIN, enter hands the same PIN in again',
	async () => {
		const screen = await open('access_token:429:1');
		screen.press('enter');
		const link = await nextLink(screen);
		const pin = await handIn(screen, link);
		await told(screen, 'X’s rate limit is reached', 'x-rate-limit · 429 · 88', `${pin}▏`);
		assert.equal(await nextLink(screen), link);
		await enter(screen);
		await assertSaved(screen);
	},
);

thoroughTest('a locked account at the exchange: the next step stands beside the new link', async () => {
	const screen = await open('access_token:403-326:1');
	screen.press('enter');
	const link = await nextLink(screen);
	await handIn(screen, link);
	const next = await nextLink(screen, link);
	await told(screen, 'X locked this account temporarily.', 'unlock it', 'x-account-locked · 403 · 326');
	await handIn(screen, next);
	await assertSaved(screen);
});

thoroughTest(
	'what went wrong with a PIN is still told when the next link has failed too, and when it has come',
	{
		skip,
	},
	async () => {
		network = await startNetwork();
		const screen = place.screen([], {env: network.env});
		await screen.waitFor(/❯ ○ harbour/);
		screen.press('enter');
		const link = await nextLink(screen);
		network.practice.setFault('access_token:503:1,request_token:empty:1');
		await handIn(screen, network.pageOf(link));
		const lost = 'X may or may not have accepted the PIN. Here is a new link';
		await told(screen, lost, 'x-trouble · 503 · 130', 'No link for harbour.', 'X’s answer is empty.');
		await enter(screen);
		const next = await nextLink(screen, link);
		await told(screen, lost, 'x-trouble · 503 · 130');
		await handIn(screen, network.pageOf(next));
		await screen.waitFor('harbour is ready');
	},
);

thoroughTest('a check that the plan does not include is explained, and the key stays ready', async () => {
	const screen = await openWithKey('users_me:403-453:1');
	screen.press('C');
	await told(screen, 'The app’s plan at X does not include this call.');
	assert.doesNotMatch(screen.screen().join('\n'), /rejected/);
	screen.press('escape');
	await screen.waitFor(/❯ ● harbour +@harbour_poem +ready/);
	assert.equal((await place.run(['check', 'harbour'])).code, 0);
});

test('a check counts X’s limit of minutes down as one time, esc ends the wait, and a day’s limit is not waited for', async () => {
	const screen = await openWithKey('users_me:429:1,users_me:429-account-day:1');
	screen.press('C');
	await told(screen, /X’s rate limit: continues (tomorrow )?at \d\d:\d\d \(1\d:\d\d left\)/);
	assert.equal(
		screen
			.screen()
			.join('\n')
			.match(/ left\b/g)?.length,
		1,
	);
	screen.press('escape');
	await told(screen, 'Stopped. 0 of 1 checked.');
	screen.press('C');
	await told(
		screen,
		/This account has reached X’s limit for 24 hours\. Try again (tomorrow )?at \d\d:\d\d\./,
	);
	await screen.waitFor(/❯ ● harbour +@harbour_poem +ready/);
});

test('a revocation that X does not carry out leaves the key, and works when asked again', async () => {
	const screen = await open('invalidate_token:503:1');
	screen.press('enter');
	await handIn(screen, await nextLink(screen));
	await assertSaved(screen);
	screen.press('escape');
	await screen.waitFor(/❯ ● harbour/);
	screen.press('f');
	await screen.waitFor('Revoke at X');
	screen.press('up');
	await screen.waitFor('❯ Revoke at X');
	await enter(screen);
	await told(screen, 'X is having problems.', 'it stays here. Revoke it again');
	await screen.waitFor(/❯ ● harbour +@harbour_poem +ready/);
	screen.press('f');
	await screen.waitFor('Revoke at X');
	screen.press('up');
	await screen.waitFor('❯ Revoke at X');
	await enter(screen);
	await screen.waitFor(/❯ ○ harbour +— +no key/);
});

thoroughTest(
	'setup tells what X says to the app key, saves nothing of it, and enter tries it again',
	{
		skip,
	},
	async () => {
		network = await startNetwork();
		const {appKey} = network.practice;
		network.practice.setFault('request_token:401-32:1');
		const env = {...network.env, TWITTER_CONSUMER_KEY: undefined, TWITTER_CONSUMER_SECRET: undefined};
		const screen = place.screen([], {env});
		await screen.waitFor(/❯ ○ harbour/);
		screen.press('enter');
		await screen.waitFor('practise without X');
		screen.press('t');
		await screen.waitFor('❯ API Key (consumer key)');
		screen.paste(`${appKey.consumerKey} \n`);
		screen.paste(`${appKey.consumerSecret}\n`);
		await told(screen, 'X rejected the app’s key and secret.', 'x-app-key · 401 · 32');
		await screen.waitFor('❯ API Key Secret');
		await enter(screen);
		await screen.waitFor('keymaker continues by itself');
		assert.ok(!screen.raw().includes(appKey.consumerSecret), 'the secret is drawn');
	},
);

test('a key whose answer comes after the person has left is held, and k puts it in force', {
	skip,
}, async () => {
	network = await startNetwork();
	const screen = place.screen([], {env: network.env});
	await holdExchange(network, screen);
	await screen.waitFor(/Submitting the PIN to X · \d+ s left/);
	screen.press('escape');
	await screen.waitFor(/❯ ○ harbour +— +no key/);
	network.release();
	await told(screen, 'A key of @harbour_poem for harbour came after you left. It waits for your decision');
	await screen.waitFor(/❯ \S harbour .*decide/);
	screen.press('enter');
	await told(screen, 'X’s answer for @harbour_poem came after you left.');
	screen.press('k');
	await assertSaved(screen);
});

thoroughTest('a link whose answer comes after the person has left is dropped', {skip}, async () => {
	network = await startNetwork();
	const screen = place.screen([], {env: network.env});
	await screen.waitFor(/❯ ○ harbour/);
	network.hold();
	const answered = network.answered('/oauth/request_token');
	screen.press('enter');
	await answered;
	screen.press('escape');
	await screen.waitFor(/❯ ○ harbour/);
	network.release();
	screen.press('down', 'enter');
	await screen.waitFor('kettle');
	assert.match(await nextLink(screen), /^https:\/\/api\.x\.com\/oauth\/authorize\?/);
	assert.doesNotMatch(screen.screen().join('\n'), /harbour/);
});
