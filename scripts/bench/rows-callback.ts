import {execFileSync} from 'node:child_process';
import {rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {answerTo, approve} from '../../test/helpers/approve.ts';
import {freePort} from '../../test/helpers/free-port.ts';
import {linkOn} from '../../test/helpers/program.ts';
import {botAt, placeWithoutKeys} from './place.ts';
import type {Row} from './row.ts';
import {interleaved, measured} from './statistics.ts';
import {openTerminal, type Terminal} from './terminal.ts';

/** The bots of the walk that is counted. */
const walkLength = 12;

/** Twelve bots with PINs and without: the program's own seconds, and the key presses of the person. */
export const callbackRows: readonly Row[] = [
	{
		name: 'callback',
		what: 'a walk of twelve bots by callback, in practice, `a` → `can sing`',
		against: 'the same walk with PINs that are pasted; nobody has to think',
		goal: {limit: 2},
		async measure(bench) {
			const presses = {callback: 0, pin: 0};
			const samples = Math.max(1, Math.min(3, bench.samples));
			const [called = [], pasted = []] = await interleaved(
				[
					async () => walk(bench.programs.cli, await freePort(), count => (presses.callback = count)),
					async () => walk(bench.programs.cli, null, count => (presses.pin = count)),
				],
				samples,
				0,
			);
			const ratios = called.map((value, index) => value / (pasted[index] ?? value));
			const seconds = (values: readonly number[]) => (measured(values).median / 1000).toFixed(1);
			return {
				figure: measured(ratios),
				parts: null,
				unit: '×',
				also: {
					text: `${presses.callback} key press${presses.callback === 1 ? '' : 'es'} and ${seconds(called)} s instead of ${presses.pin} and ${seconds(pasted)} s`,
					isMet: presses.callback === 1 && presses.pin === walkLength + 1,
				},
			};
		},
	},
];

/** Walks through twelve bots whose accounts are expected. @param port `null` for PINs. @returns milliseconds */
async function walk(cli: string, port: number | null, pressed: (count: number) => void): Promise<number> {
	const place = placeWithAccounts(port);
	execFileSync(process.execPath, [cli, 'expect', '--from', 'accounts.txt'], place);
	const terminal = openTerminal([cli], {columns: 120, rows: 30}, place);
	let presses = 0;
	try {
		await terminal.shown(botAt(0), 'quit');
		await terminal.rest();
		const at = performance.now();
		terminal.press('a');
		presses += 1;
		let link = '';
		for (let index = 0; index < walkLength; index++) {
			link = await otherLink(terminal, link);
			if (port === null) {
				terminal.press(`\u001B[200~${await approve(link, `a${index}`)}\u001B[201~`);
				presses += 1;
			} else {
				await answerTo(link, `a${index}`);
			}
		}

		const endedAt = await terminal.shown('can sing');
		pressed(presses);
		return endedAt - at;
	} finally {
		await terminal.end();
		rmSync(place.cwd, {recursive: true, force: true});
	}
}

async function otherLink(terminal: Terminal, earlier: string): Promise<string> {
	for (;;) {
		const link = linkOn(await terminal.screen());
		if (link !== '' && link !== earlier) {
			return link;
		}

		await new Promise(resolve => setTimeout(resolve, 5));
	}
}

/** A place whose bots' accounts can be expected; X calls back to the port, or shows PINs where there is none. */
function placeWithAccounts(port: number | null): {cwd: string; env: Readonly<Record<string, string>>} {
	const {cwd, env} = placeWithoutKeys(walkLength);
	const lines = Array.from({length: walkLength}, (_, index) => `${botAt(index)} a${index}\n`);
	writeFileSync(path.join(cwd, 'accounts.txt'), lines.join(''));
	return {cwd, env: {...env, KEYMAKER_CALLBACK: port === null ? 'never' : String(port)}};
}
