import assert from 'node:assert/strict';
import type {AddressInfo} from 'node:net';
import {createServer} from 'node:net';
import {afterEach, beforeEach, test} from 'node:test';
import {answerTo} from '../helpers/approve.ts';
import {freePort} from '../helpers/free-port.ts';
import {callingLink, printedLink, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';
import {thoroughTest} from '../helpers/thorough.ts';

let place: Workplace;
beforeEach(async () => {
	place = await workplace(null);
});
afterEach(() => place.close());

test('twelve bots whose accounts are expected get their keys with one key press, and no PIN', async () => {
	const bots: {bot: string}[] = JSON.parse((await place.run(['list', '--json'])).out);
	for (const [index, {bot}] of bots.entries()) {
		await place.run(['expect', bot, `account_${index}`]);
	}

	const screen = place.screen(['--callback', String(await freePort())], {columns: 120, rows: 30});
	await screen.waitFor(/a walk the 12 that need you/);
	screen.press('a');
	let link = '';
	for (const [index, {bot}] of bots.entries()) {
		link = await callingLink(screen, link);
		assert.match(
			await answerTo(link, `account_${index}`),
			new RegExp(`${bot} is ready\\. You can close this page\\.`),
		);
	}

	await screen.waitFor(/12 of 12[\s\S]*12 keys in \d+ .*, all saved\./);
	screen.press('q');
	const rows: {status: string}[] = JSON.parse((await place.run(['list', '--json'])).out);
	assert.deepEqual(new Set(rows.map(({status}) => status)), new Set(['ready']));
});

test('where no account is expected the screen names it, and enter keeps it: one key press a bot', async () => {
	const screen = place.screen(['--callback', String(await freePort())], {columns: 120, rows: 30});
	await screen.waitFor(/a walk the 12 that need you/);
	screen.press('a');
	let link = '';
	for (const bot of ['ferry', 'harbour']) {
		link = await callingLink(screen, link);
		assert.match(await answerTo(link, `${bot}_poem`), /confirm that this is .*’s account/);
		await screen.waitFor(`You signed in as @${bot}_poem. Is that the bot’s account?`);
		const record = JSON.parse((await place.run(['list', '--json'])).out).find(
			(one: {bot: string}) => one.bot === bot,
		);
		assert.deepEqual([record.handle, record.heldHandle], [null, `${bot}_poem`]);
		await keepIt(screen, bot);
	}

	screen.press('ctrl+c');
	await screen.exited;
});

thoroughTest('a taken port and an app without that address go on with PINs, and say so once', async () => {
	const other = createServer();
	await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
	const {port} = other.address() as AddressInfo;
	const screen = place.screen(['--callback', String(port)], {columns: 120, rows: 30});
	await screen.waitFor(/a walk the 12 that need you/);
	screen.press('a');
	await screen.waitFor(`Another program uses port ${port}. This link shows a PIN.`);
	await screen.waitFor('Paste the PIN here');
	screen.press('s');
	await screen.waitFor('2 of 12');
	await screen.waitFor('Paste the PIN here');
	assert.equal(screen.rowOf('Another program uses port'), -1);
	screen.press('ctrl+c');
	await screen.exited;
	await new Promise(resolve => other.close(resolve));

	const refused = place.screen(['--callback', String(port)], {
		columns: 120,
		rows: 30,
		env: {KEYMAKER_PRACTICE_FAULT: 'request_token:403-415:1'},
	});
	await refused.waitFor(/a walk the 12 that need you/);
	refused.press('a');
	await refused.waitFor(`X rejected the callback address http://127.0.0.1:${port}/keymaker.`);
	await refused.waitFor('Paste the PIN here');
	refused.press('s');
	await refused.waitFor('2 of 12');
	await refused.waitFor('Paste the PIN here');
	refused.press('ctrl+c');
	await refused.exited;
});

thoroughTest(
	'line by line the browser’s answer is enough where the account is expected, and a line keeps any other',
	async () => {
		const port = await freePort();
		const expected = place.shell(
			`keymaker authorize harbour --handle harbour_poem --callback ${port}; echo rc=$?`,
			{
				columns: 200,
			},
		);
		const first = await printedLink(expected);
		await expected.waitFor('Waiting for the browser');
		assert.match(await answerTo(first, 'harbour_poem'), /harbour is ready\. You can close this page\./);
		await expected.waitFor('rc=0');

		const asked = place.shell(`KEYMAKER_CALLBACK=${port} keymaker authorize kettle; echo rc=$?`, {
			columns: 200,
		});
		const second = await printedLink(asked);
		await asked.waitFor('Waiting for the browser');
		await answerTo(second, 'kettle_poem');
		await asked.waitFor('kettle: You signed in as @kettle_poem. Is that the bot’s account?');
		await asked.waitFor('Press enter to keep it');
		asked.type('\r');
		await asked.waitFor('rc=0');
		const rows: {bot: string; handle: string | null}[] = JSON.parse(
			(await place.run(['list', '--json'])).out,
		);
		assert.deepEqual(
			rows.filter(({handle}) => handle !== null).map(({bot, handle}) => [bot, handle]),
			[
				['harbour', 'harbour_poem'],
				['kettle', 'kettle_poem'],
			],
		);
	},
);

/** Presses enter until the question is answered: one that comes at once may have been meant for the screen before. */
async function keepIt(screen: Pty, bot: string): Promise<void> {
	const {promise, resolve} = Promise.withResolvers<void>();
	const pressing = setInterval(() => screen.press('enter'), 1100);
	screen.waitFor(`${bot} now posts as @${bot}_poem.`).then(() => resolve(), resolve);
	await promise;
	clearInterval(pressing);
}
