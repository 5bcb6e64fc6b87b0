import path from 'node:path';
import type {BundleEntry} from '../bundles/format.ts';
import {type ImportedFile, readImport} from '../bundles/import.ts';
import {botFinder} from '../bundles/names.ts';
import {FlockError} from '../flock/error.ts';
import {appTail} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Services} from '../services.ts';
import {count, exitCode, sayError, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {linesOfUnplaced, placesBy, readAs, type Unplaced} from './shared/import-place.ts';
import {table} from './shared/table.ts';
import {type FoundKey, takeKeys} from './shared/take-key.ts';

/** `import FILE… [--as BOT | --as HANDLE=BOT…] [--force]` */
export type ImportInput = {
	/** Files or folders, from the current folder. */
	files: readonly string[];
	/** The bot of the only key, or `HANDLE=BOT` per account. For others, the files decide. */
	as: readonly string[];
	/** Replaces different keys, which become the previous ones, and accepts values that X would never issue. */
	force: boolean;
};

/** The services that `import` needs. */
export type ImportServices = Pick<Services, 'poems' | 'keystore' | 'appSource' | 'cwd' | 'identity'>;

/** A key of a file, and its bot. */
type Found = FoundKey & Unplaced & {entry: BundleEntry; file: ImportedFile};

/**
 * Imports keys from other tools' files. A bad file or key does not stop the others. Exits with 1 if any was
 * not imported.
 * @throws FlockError `unknown-bot` or `usage` for `--as`, `keystore-…`
 */
export async function importKeys(
	{files, as, force}: ImportInput,
	services: ImportServices,
	write: Write,
): Promise<number> {
	const {flock, folder, app} = await readFlock(services);
	const wanted = readAs(as, flock);
	const read = await readAll({files, force}, services, write);
	const entries = read.files.flatMap(file => file.entries.map(entry => ({entry, file})));
	if (entries.length === 0) {
		write.err('No keys found.');
		return exitCode.failed;
	}

	const places = placesBy(
		wanted,
		entries.map(({entry}) => entry),
	);
	const findBots = botFinder(folder.poems, flock);
	const found = entries.map(({entry, file}, index): Found => {
		const place = places[index] ?? null;
		const bots = place === null ? findBots(entry) : [place];
		const [bot = null] = bots.length === 1 ? bots : [];
		return {entry, file, bot, rivals: bot === null ? bots : []};
	});

	const results = await takeKeys(found, force, {keystore: services.keystore, app}, write);
	const rows = found.map(rowOf).map((cells, index) => [...cells, results[index] ?? '']);
	for (const line of table(rows, write.columns)) {
		write.out(line);
	}

	const unplaced = found.filter(({bot}) => bot === null);
	for (const line of linesOfUnplaced(unplaced, found.length)) {
		write.err(line);
	}

	const taken = results.filter(result => result === 'taken' || result === 'replaced').length;
	const there = results.filter(result => result === 'there already').length;
	const refused = results.length - taken - there;
	write.err(`${count(taken, 'key')} imported, ${there} already there, ${refused} not imported.`);
	return read.complete && refused === 0 ? exitCode.done : exitCode.failed;
}

async function readAll(
	{files: paths, force}: Pick<ImportInput, 'files' | 'force'>,
	{cwd, identity}: Pick<ImportServices, 'cwd' | 'identity'>,
	write: Write,
): Promise<{files: ImportedFile[]; complete: boolean}> {
	const files: ImportedFile[] = [];
	let complete = true;
	for (const name of paths) {
		try {
			files.push(...(await readImport(path.resolve(cwd, name), force, identity)));
		} catch (error) {
			if (!(error instanceof FlockError)) {
				throw error;
			}

			sayError(error, write);
			complete = false;
		}
	}

	for (const file of files) {
		for (const problem of file.problems) {
			write.err(`${visible(path.basename(file.path))}: ${problem}`);
			complete = false;
		}
	}

	return {files, complete};
}

/** A key without its secrets: bot, account, app, file. */
function rowOf({entry, file, bot}: Found): string[] {
	return [
		bot === null ? '—' : visible(bot),
		entry.handle === null ? (entry.userId ?? '—') : `@${visible(entry.handle)}`,
		visible(appTail(entry.consumerKey)),
		`${visible(path.basename(file.path))} (${file.format ?? '—'})`,
	];
}

/** The usage of `import`. */
export const command = define({
	name: 'import',
	arguments: ['<file...>'],
	summary: 'Import keys from other programs’ files.',
	options: {
		as: {
			value: 'bot',
			repeatable: true,
			help: 'bot to give the key to, or HANDLE=BOT for each of several accounts',
		},
		force: {
			help: 'replace a different key (kept as the previous one), or accept an unlikely one',
		},
	},
	examples: [
		'keymaker import keys/*.json',
		'keymaker import ~/.twurlrc',
		'keymaker import old.env --as harbour',
		'keymaker import bots.age',
		'keymaker import ~/.trc --as harbour_poem=harbour --as kettle_poem=kettle',
	],
	needs: 'all',
	run: ({words, options}, services, write) => importKeys({files: words, ...options}, services, write),
});
