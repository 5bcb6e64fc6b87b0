import {rmSync} from 'node:fs';
import path from 'node:path';
import {startPractice} from '../../source/practice/provider.ts';
import {createX} from '../../source/x/create.ts';
import {approve} from '../../test/helpers/approve.ts';
import {linkOn} from '../../test/helpers/program.ts';
import {botAt, placeWithoutKeys, temporaryFolder} from './place.ts';
import type {Row} from './row.ts';
import {interleaved, measured} from './statistics.ts';
import {openTerminal, type Terminal} from './terminal.ts';

/** From a pasted PIN to the bot that is ready. */
export const pinRows: readonly Row[] = [
	{
		name: 'pin',
		what: 'PIN pasted → `is ready` drawn, in practice, beyond X’s own answer time',
		against: 'absolute; the exchange alone is measured beside it',
		goal: {limit: 15},
		async measure(bench) {
			// Each sample makes a bot's first key, and goes on to the next bot.
			const place = placeWithoutKeys(bench.samples + warmUps + 1);
			const terminal = openTerminal([bench.programs.cli], {columns: 80, rows: 24}, place);
			const exchange = await openExchange();
			try {
				await terminal.shown(botAt(0), 'quit');
				let bot = 0;
				const [whole = [], answers = []] = await interleaved(
					[() => pasted(terminal, bot++), () => exchange.time()],
					bench.samples,
					warmUps,
				);
				const beyond = whole.map((value, index) => value - (answers[index] ?? 0));
				return {figure: measured(beyond), parts: null, unit: 'ms'};
			} finally {
				await terminal.end();
				await exchange.close();
				rmSync(place.cwd, {recursive: true, force: true});
			}
		},
	},
];

/** The first exchanges load what the later ones find loaded. */
const warmUps = 2;

/** Authorizes a bot as a person does, and goes back to the flock at the next one. @returns milliseconds from the paste to the sentence. */
async function pasted(terminal: Terminal, index: number): Promise<number> {
	const bot = botAt(index);
	terminal.press('\r');
	await terminal.shown(`oauth_token`);
	let link = '';
	while (link === '') {
		await terminal.rest();
		const rows = await terminal.screen();
		link = rows.some(row => row.includes(bot)) ? linkOn(rows) : '';
	}

	const pin = await approve(link, `a${index}`);
	const at = performance.now();
	terminal.press(`\u001B[200~${pin}\u001B[201~`);
	const shownAt = await terminal.shown(`${bot} is ready`);
	await terminal.rest();
	await terminal.send('\u001B');
	await terminal.send('\u001B[B');
	return shownAt - at;
}

/** The exchange alone, by the same client and the same practice. */
async function openExchange() {
	const practice = await startPractice({statePath: path.join(temporaryFolder(), 'state.json'), handles: []});
	const x = createX({env: {}, agent: practice.agent, origin: practice.origin});
	return {
		async time(): Promise<number> {
			const {url, ...requestToken} = await x.requestLink({
				appKey: practice.appKey,
				expectedHandle: null,
				access: null,
			});
			const pin = await approve(url, 'somebody');
			const startedAt = performance.now();
			await x.exchangePin(practice.appKey, requestToken, pin);
			return performance.now() - startedAt;
		},
		close: () => practice.close(),
	};
}
