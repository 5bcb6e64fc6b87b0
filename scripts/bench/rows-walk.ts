import {rmSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {approve} from '../../test/helpers/approve.ts';
import {linkOn} from '../../test/helpers/program.ts';
import {botAt, placeWithoutKeys} from './place.ts';
import type {Row} from './row.ts';
import {measured} from './statistics.ts';
import {openTerminal, type Terminal} from './terminal.ts';

/** The bots of the walk. */
const count = 12;

/** One for the walk, and a paste for each bot. */
const fewestPresses = count + 1;

/** From a start to a flock with keys. */
export const walkRows: readonly Row[] = [
	{
		name: 'walk',
		what: `spawn → ${count} keys saved by a walk, in practice, without the time on the authorize page`,
		against: 'absolute',
		goal: {limit: 2.5},
		async measure(bench) {
			const walks = [];
			for (let index = 0; index <= bench.samples; index++) {
				walks.push(await walk(bench.programs.cli));
			}

			// The first one finds nothing in the system's caches.
			const counted = walks.slice(1);
			const presses = Math.max(...counted.map(one => one.presses));
			return {
				figure: measured(counted.map(({seconds}) => seconds)),
				parts: null,
				unit: 's',
				also: {text: `${presses} key presses`, isMet: presses <= fewestPresses},
			};
		},
	},
];

/** Walks a new flock as a person does who has each PIN at once. */
async function walk(cli: string): Promise<{seconds: number; presses: number}> {
	const place = placeWithoutKeys(count);
	const terminal = openTerminal([cli], {columns: 80, rows: 24}, place);
	let presses = 0;
	let elsewhere = 0;
	const press = (input: string) => {
		presses += 1;
		terminal.press(input);
	};
	try {
		await terminal.shown(botAt(0), 'quit');
		press('a');
		let link = '';
		for (let index = 0; index < count; index++) {
			link = await nextLink(terminal, link);
			const asked = performance.now();
			const pin = await approve(link, `a${index}`);
			elsewhere += performance.now() - asked;
			press(`\u001B[200~${pin}\u001B[201~`);
		}

		const doneAt = await terminal.shown('The whole flock can sing.');
		return {seconds: (doneAt - terminal.startedAt - elsewhere) / 1000, presses};
	} finally {
		await terminal.end();
		rmSync(place.cwd, {recursive: true, force: true});
	}
}

/** How often the screen is looked at; milliseconds. */
const lookMs = 5;

/** The link of the next bot, as soon as it stands still on the screen. */
async function nextLink(terminal: Terminal, earlier: string): Promise<string> {
	for (let before = ''; ; ) {
		const rows = await terminal.screen();
		const link = rows.some(row => row.includes('Paste the PIN here')) ? linkOn(rows) : '';
		if (link !== '' && link !== earlier && link === before) {
			return link;
		}

		before = link;
		await pause(lookMs);
	}
}
