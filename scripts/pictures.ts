/**
 * Makes the README's pictures from the real program, in practice, on a pseudo-terminal.
 * `tsx scripts/pictures.ts` writes them into `docs`; a test makes them anew and compares.
 */
import {cp, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import type {BotRecord} from '../source/flock/key.ts';
import {openKeystore} from '../source/keystore/open.ts';
import {answerTo, approve} from '../test/helpers/approve.ts';
import {freePort} from '../test/helpers/free-port.ts';
import {callingLink, nextLink, type Workplace, workplace} from '../test/helpers/program.ts';
import type {Pty} from '../test/helpers/pty.ts';
import {type Cell, cellsOf, dark, light, type Palette, terminalSvg} from './terminal-svg.ts';
import {type Frame, walkSvg} from './walk-svg.ts';

const root = path.join(import.meta.dirname, '..');
const docs = path.join(root, 'docs');
const columns = 100;
const rows = 24;

/** Every picture as SVG, by its file's name. */
export async function pictures(): Promise<Map<string, string>> {
	return new Map([...(await stills()), ...(await walk())]);
}

async function stills(): Promise<Map<string, string>> {
	const place = await workplace(null);
	try {
		await authorizeSome(place);
		const made = new Map<string, string>();
		const add = (name: string, title: string, screen: Pty) => {
			const cells = shownBy(screen);
			made.set(`${name}-dark.svg`, terminalSvg(cells, columns, title, dark));
			made.set(`${name}-light.svg`, terminalSvg(cells, columns, title, light));
		};
		// Where `CI` is set, no colours are drawn.
		const screen = place.screen([], {columns, rows, env: {CI: undefined}});
		await screen.waitFor(/4 ready/);
		screen.press('g', 'j');
		await screen.waitFor(/❯ ● harbour.*ready/);
		await screen.waitFor('He does the corners. He takes care.');
		add('flock', 'The flock: twelve poems, seven with keys', screen);

		screen.press('a');
		await nextLink(screen);
		add('authorize', 'Authorizing a bot by its PIN', screen);
		screen.press('escape');
		await screen.waitFor('1–12 of 12');
		screen.press('*', 'C');
		await screen.waitFor(/Check \d+ keys with X/);
		await screen.waitFor('Going up is mostly hands.');
		add('check', 'The question before the whole flock is checked', screen);
		return made;
	} finally {
		await place.close();
	}
}

/** A walk of three bots whose accounts are expected, hands free, from the flock without keys to its last one. */
async function walk(): Promise<Map<string, string>> {
	const place = await workplace([]);
	try {
		const bots = ['ferry', 'harbour', 'kettle'];
		for (const bot of bots) {
			await cp(path.join(root, 'poems', `${bot}.txt`), path.join(place.folder, 'poems', `${bot}.txt`));
		}

		for (const bot of bots) {
			await place.run(['expect', bot, `${bot}_poem`]);
		}

		const port = String(await freePort());
		const screen = place.screen(['--callback', port], {columns, rows, env: {CI: undefined}});
		const frames: Frame[] = [];
		const add = (seconds: number) => frames.push({cells: shownBy(screen), seconds});
		await screen.waitFor(/a walk the 3 that need you/);
		const poems = await Promise.all(bots.map(bot => firstLine(place, bot)));
		await screen.waitFor(poems[0] ?? '');
		add(2.5);
		screen.press('a');
		let link = '';
		for (const [index, bot] of bots.entries()) {
			link = await callingLink(screen, link);
			await screen.waitFor(`${index + 1} of 3`);
			await screen.waitFor('Automatic opening is off.');
			await screen.waitFor(index === 0 ? bot : `${bots[index - 1]} is ready`);
			add(2.5);
			await answerTo(link, `${bot}_poem`);
		}

		await screen.waitFor('3 keys in');
		add(3.5);
		screen.press('enter');
		await screen.waitFor(/3 ready/);
		await screen.waitFor(poems.at(-1) ?? '');
		add(3);
		const made = (palette: Palette) =>
			walkSvg(frames, columns, 'A walk: three bots get their keys', palette, frames.length - 2);
		return new Map([
			['walk-dark.svg', made(dark)],
			['walk-light.svg', made(light)],
		]);
	} finally {
		await place.close();
	}
}

async function firstLine(place: Workplace, bot: string): Promise<string> {
	return (await place.read(path.join('poems', `${bot}.txt`))).split('\n')[0] ?? '';
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

/** The cells that stand on a screen. */
function shownBy(screen: Pty): Cell[] {
	return withoutChance(cellsOf(screen.buffer(), columns, rows));
}

/** Puts fixed text where a port, a token, a PIN or a time differs from run to run. */
function withoutChance(cells: readonly Cell[]): Cell[] {
	const fixed = cells.map(cell => ({...cell}));
	const text = fixed.map(({text}) => (text.length === 1 ? text : ' ')).join('');
	for (const [pattern, example] of [
		[/(?<=127\.0\.0\.1:)\d{5}/g, () => '40007'],
		[/(?<=oauth_token=practice)\w{19}/g, () => 'ExampleRequestToken'],
		[/(?<=keys in )\d.*?, all saved\./g, (found: string) => '40 seconds, all saved.'.padEnd(found.length)],
	] as const) {
		for (const match of text.matchAll(pattern)) {
			for (const [offset, character] of [...example(match[0])].entries()) {
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
