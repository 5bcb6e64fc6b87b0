/**
 * Makes the README's pictures from the real program, in practice, on a pseudo-terminal.
 * `tsx scripts/pictures.ts` writes them into `docs`; a test makes them anew and compares.
 */
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import type {BotRecord} from '../source/flock/key.ts';
import {openKeystore} from '../source/keystore/open.ts';
import {approve} from '../test/helpers/approve.ts';
import {nextLink, type Workplace, workplace} from '../test/helpers/program.ts';
import type {Pty} from '../test/helpers/pty.ts';
import {type Cell, cellsOf, dark, light, terminalSvg} from './terminal-svg.ts';

const docs = path.join(import.meta.dirname, '..', 'docs');
const columns = 100;
const rows = 24;

/** Every picture as SVG, by its file's name. */
export async function pictures(): Promise<Map<string, string>> {
	const place = await workplace(null);
	try {
		await authorizeSome(place);
		const made = new Map<string, string>();
		// Where `CI` is set, no colours are drawn.
		const screen = place.screen([], {columns, rows, env: {CI: undefined}});
		await screen.waitFor(/\d ready/);
		screen.press('g', 'j');
		await screen.waitFor(/❯ ● harbour.*ready/);
		await screen.waitFor('They are all still there.');
		add(made, 'flock', 'The flock: twelve poems, six with keys', screen);

		screen.press('a');
		await nextLink(screen);
		add(made, 'authorize', 'Authorizing a bot by its PIN', screen);
		screen.press('escape');
		await screen.waitFor(/❯/);
		screen.press('*', 'C');
		await screen.waitFor(/Check \d+ keys with X/);
		await screen.waitFor('it is still, in a way, halfway there.');
		add(made, 'check', 'The question before the whole flock is checked', screen);
		return made;
	} finally {
		await place.close();
	}
}

/** Gives half the flock keys, of every kind that the list can show. */
async function authorizeSome(place: Workplace): Promise<void> {
	const names = ['ferry', 'harbour', 'kettle', 'lamplight', 'moth', 'snow', 'well'];
	const screen = place.screen();
	for (const name of names) {
		await screen.waitFor(/❯/);
		screen.press('/');
		screen.type(name);
		await screen.waitFor(`filter: ${name}`);
		await screen.waitFor('enter done');
		screen.press('enter');
		await screen.waitFor(/enter authorize/);
		screen.press('enter');
		const link = await nextLink(screen);
		screen.type(await approve(link, `${name}_poem`));
		screen.press('enter');
		await screen.waitFor(new RegExp(`@${name}_poem`));
		screen.press('escape');
		await screen.waitFor(/❯ ● /);
		screen.press('escape');
		await screen.waitUntilGone('filter:');
	}

	screen.press('q');
	await screen.exited;
	const keystore = openKeystore({
		folder: path.join(place.folder, 'keystore', 'practice'),
		flock: 'flock',
		kind: 'practice',
		poems: path.join(place.folder, 'poems'),
	});
	const stage = (bot: string, change: (record: BotRecord) => BotRecord) =>
		keystore.update(bot, record => record && change(record));
	await stage('lamplight', record => ({...record, key: record.key && {...record.key, accessLevel: 'read'}}));
	await stage('moth', record => ({...record, key: record.key && {...record.key, rejected: true}}));
	await stage('snow', record => ({
		...record,
		key: null,
		held: record.key === null ? [] : [{key: record.key, reason: 'late'}],
	}));
}

function add(made: Map<string, string>, name: string, title: string, screen: Pty): void {
	const cells = withoutChance(cellsOf(screen.buffer(), columns, rows));
	made.set(`${name}-dark.svg`, terminalSvg(cells, columns, title, dark));
	made.set(`${name}-light.svg`, terminalSvg(cells, columns, title, light));
}

/** Puts fixed text where a port, a token or an account's number differs from run to run. */
function withoutChance(cells: readonly Cell[]): Cell[] {
	const fixed = cells.map(cell => ({...cell}));
	const text = fixed.map(({text}) => (text.length === 1 ? text : ' ')).join('');
	for (const [pattern, example] of [
		[/(?<=127\.0\.0\.1:)\d{5}/g, '40007'],
		[/(?<=oauth_token=practice)\w{19}/g, 'ExampleRequestToken'],
	] as const) {
		for (const match of text.matchAll(pattern)) {
			for (const [offset, character] of [...example].entries()) {
				const cell = fixed[match.index + offset];
				if (cell !== undefined) {
					cell.text = character;
				}
			}
		}
	}

	return fixed;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
	await mkdir(docs, {recursive: true});
	for (const [name, svg] of await pictures()) {
		await writeFile(path.join(docs, name), svg);
	}
}
