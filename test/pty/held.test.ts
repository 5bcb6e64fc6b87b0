import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {approve} from '../helpers/approve.ts';
import {whyNoCertificate} from '../helpers/certificate.ts';
import {holdExchange, type Network, startNetwork} from '../helpers/network.ts';
import {nextLink, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';
import {thoroughTest} from '../helpers/thorough.ts';

let place: Workplace;
let network: Network | null = null;
beforeEach(async () => {
	place = await workplace(['harbour']);
});
afterEach(async () => {
	await place.close();
	await network?.close();
	network = null;
});

/** Opens a window with the link of harbour on it. */
async function windowWithLink(): Promise<{screen: Pty; link: string}> {
	const screen = place.screen();
	await screen.waitFor(/❯ . harbour/);
	screen.press('enter');
	return {screen, link: await nextLink(screen)};
}

/** Gives harbour the key of @harbour_poem, and opens two windows with a link each. */
async function twoWindows() {
	const first = await windowWithLink();
	first.screen.paste(`${await approve(first.link, 'harbour_poem')}\n`);
	await first.screen.waitFor('harbour is ready');
	first.screen.press('escape');
	await first.screen.waitFor(/❯ ● harbour/);
	first.screen.press('enter');
	return {one: {screen: first.screen, link: await nextLink(first.screen)}, two: await windowWithLink()};
}

async function harbour() {
	const [row] = JSON.parse((await place.run(['list', '--json'], '', network?.env)).out);
	return [row.handle, row.heldHandles];
}

test('two windows that each hold a key for one bot show both, and each decides about the one it asks about', async () => {
	const {one, two} = await twoWindows();
	one.screen.paste(`${await approve(one.link, 'bee')}\n`);
	await one.screen.waitFor('You signed in as @bee');
	two.screen.paste(`${await approve(two.link, 'cat')}\n`);
	await two.screen.waitFor('You signed in as @cat');
	assert.deepEqual(await harbour(), ['harbour_poem', ['bee', 'cat']]);

	// The other window's key turns up, and the question stays with its own.
	await one.screen.waitFor('2 keys wait for your decision.');
	await one.screen.waitFor(/^ {3}@cat .*\n ❯ @bee /m);
	await one.screen.waitFor('You signed in as @bee');
	await two.screen.waitFor(/^ ❯ @cat .*\n {3}@bee /m);
	one.screen.press('k');
	await one.screen.waitFor('harbour now posts as @bee. Still to decide: @cat.');
	await one.screen.waitFor('You signed in as @cat');
	assert.deepEqual(await harbour(), ['bee', ['cat']]);

	await two.screen.waitUntilGone('2 keys wait');
	two.screen.press('d');
	await two.screen.waitFor(/Discarded @cat’s key\.[\s\S]* harbour has the key of\s+@bee/);
	await one.screen.waitFor(/@cat is no longer waiting/);
	assert.deepEqual(await harbour(), ['bee', []]);
});

test('the arrows choose which of several held keys is kept', async () => {
	const {one, two} = await twoWindows();
	one.screen.paste(`${await approve(one.link, 'bee')}\n`);
	await one.screen.waitFor('You signed in as @bee');
	two.screen.paste(`${await approve(two.link, 'cat')}\n`);
	await two.screen.waitFor(/^ ❯ @cat .*\n {3}@bee /m);
	two.screen.press('down');
	await two.screen.waitFor('You signed in as @bee');
	two.screen.press('k');
	await two.screen.waitFor('harbour now posts as @bee.');
	assert.deepEqual(await harbour(), ['bee', ['cat']]);
});

thoroughTest(
	'k about a key that another program has discarded meanwhile does nothing, and says so',
	async () => {
		const {one} = await twoWindows();
		one.screen.paste(`${await approve(one.link, 'bee')}\n`);
		await one.screen.waitFor('You signed in as @bee');
		// The window sleeps through the other program's decision.
		process.kill(one.screen.pid, 'SIGSTOP');
		const {code} = await place.run(['discard', 'harbour']);
		assert.equal(code, 0);
		one.screen.press('k');
		process.kill(one.screen.pid, 'SIGCONT');
		await one.screen.waitFor(/no longer (waiting|held)/);
		await one.screen.waitFor(/❯ ● harbour +@harbour_poem +ready/);
		assert.deepEqual(await harbour(), ['harbour_poem', []]);
	},
);

thoroughTest('the commands name several held keys, and decide about the one that is picked', async () => {
	const {one, two} = await twoWindows();
	one.screen.paste(`${await approve(one.link, 'bee')}\n`);
	await one.screen.waitFor('You signed in as @bee');
	two.screen.paste(`${await approve(two.link, 'cat')}\n`);
	await two.screen.waitFor('You signed in as @cat');
	for (const command of ['keep', 'discard']) {
		const {code, err} = await place.run([command, 'harbour']);
		assert.equal(code, 1);
		assert.match(err, /@bee and @cat .*\(held-several\)/);
	}

	assert.equal((await place.run(['keep', 'harbour', '--handle', '@BEE'])).code, 0);
	assert.deepEqual(await harbour(), ['bee', ['cat']]);
	assert.equal((await place.run(['discard', 'harbour'])).code, 0);
	assert.deepEqual(await harbour(), ['bee', []]);
});

thoroughTest(
	'programs that decide about one held key at once: one does it, all others change nothing',
	async () => {
		const {one} = await twoWindows();
		one.screen.paste(`${await approve(one.link, 'bee')}\n`);
		await one.screen.waitFor('You signed in as @bee');
		const ran = await Promise.all(
			['keep', 'discard', 'keep', 'discard'].map(command => place.run([command, 'harbour'])),
		);
		const done = ran.filter(({code}) => code === 0);
		assert.equal(done.length, 1);
		for (const {code, err} of ran.filter(one => !done.includes(one))) {
			assert.equal(code, 1);
			assert.match(err, /held-changed|no-held-key/);
		}

		const kept = /now uses the key of @bee/.test(done[0]?.out ?? '');
		assert.deepEqual(await harbour(), [kept ? 'bee' : 'harbour_poem', []]);
	},
);

thoroughTest(
	'an answer that comes late leaves the question that stands, and k puts the key in force that it is about',
	{
		skip: whyNoCertificate,
	},
	async () => {
		network = await startNetwork();
		const screen = place.screen([], {env: network.env});
		// The PIN of @harbour_poem, whose answer is slow.
		await holdExchange(network, screen);
		const release = network.setApart();
		screen.press('escape');
		await screen.waitFor(/❯ ○ harbour +— +no key/);
		await place.run(['authorize', 'harbour', '--handle', 'bee'], '', network.env);
		screen.press('enter');
		screen.paste(`${await approve(network.pageOf(await nextLink(screen)), 'cat')}\n`);
		await screen.waitFor('You signed in as @cat');

		release();
		await screen.waitFor('2 keys wait for your decision.');
		await screen.waitFor(/^ {3}@harbour_poem .*\n ❯ @cat /m);
		assert.deepEqual(await harbour(), [null, ['cat', 'harbour_poem']]);
		screen.press('k');
		await screen.waitFor('harbour now posts as @cat.');
		assert.deepEqual(await harbour(), ['cat', ['harbour_poem']]);
	},
);
