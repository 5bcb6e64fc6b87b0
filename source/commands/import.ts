import path from 'node:path';
import type {BundleEntry} from '../bundles/format.ts';
import {type ImportedFile, readImport} from '../bundles/import.ts';
import {botOfEntry} from '../bundles/names.ts';
import {FlockError} from '../flock/error.ts';
import type {Flock} from '../flock/flock.ts';
import {appTail} from '../flock/key.ts';
import {oneForm, type Poem} from '../flock/poem.ts';
import {visible} from '../flock/visible.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Services} from '../services.ts';
import {findBot} from './shared/bots.ts';
import {count, exitCode, sayError, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {table} from './shared/table.ts';
import {type FoundKey, takeKeys} from './shared/take-key.ts';

/** `import FILE… [--as BOT] [--force]` */
export type ImportInput = {
	/** Files or folders, from the current folder. */
	files: readonly string[];
	/** The bot that the one key is for; `null` to find it by what the files say. */
	as: string | null;
	/** Replaces different keys, which become the previous ones. */
	force: boolean;
};

/** What `import` needs of the services. */
export type ImportServices = Pick<Services, 'poems' | 'keystore' | 'appSource' | 'cwd'>;

/** One key of a file, and the bot that it is for. */
type Found = FoundKey & {file: ImportedFile};

/**
 * Takes keys from other tools' files. One bad file or key stops no other; exit 1 where any was not taken.
 * @throws FlockError `unknown-bot` or `usage` for `--as`, `keystore-…`
 */
export async function importKeys(
	{files, as, force}: ImportInput,
	services: ImportServices,
	write: Write,
): Promise<number> {
	const {flock, folder, app} = await readFlock(services);
	const read = await readAll(files, services.cwd, write);
	const found = read.files.flatMap(file =>
		file.entries.map(entry => ({
			entry,
			file,
			bot: as === null ? botFor(entry, folder.poems, flock) : oneForm(as),
		})),
	);
	if (as !== null) {
		findBot(as, flock);
		if (found.length > 1) {
			throw new FlockError('usage', `--as names the bot of one key, and there are ${found.length}.`, {
				hint: 'Import one file after the other, or without --as.',
			});
		}
	}

	if (found.length === 0) {
		write.err('No key was found.');
		return exitCode.failed;
	}

	const results = await takeKeys(found, force, {keystore: services.keystore, app}, write);
	const rows = found.map(rowOf).map((cells, index) => [...cells, results[index] ?? '']);
	for (const line of table(rows, write.columns)) {
		write.out(line);
	}

	const taken = results.filter(result => result === 'taken' || result === 'replaced').length;
	const there = results.filter(result => result === 'there already').length;
	const refused = results.length - taken - there;
	write.err(`${count(taken, 'key')} taken, ${there} there already, ${refused} not taken.`);
	return read.complete && refused === 0 ? exitCode.done : exitCode.failed;
}

async function readAll(
	paths: readonly string[],
	cwd: string,
	write: Write,
): Promise<{files: ImportedFile[]; complete: boolean}> {
	const files: ImportedFile[] = [];
	let complete = true;
	for (const name of paths) {
		try {
			files.push(...(await readImport(path.resolve(cwd, name))));
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

function botFor(entry: BundleEntry, poems: readonly Poem[], flock: Flock): string | null {
	return botOfEntry(
		entry,
		poems,
		flock.map(bot => bot.name),
	);
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

/** How `import` is called. */
export const command = define({
	name: 'import',
	arguments: ['<file...>'],
	summary: 'Takes keys from files of other programs.',
	options: {
		as: {value: 'bot', help: 'the bot that the file’s one key is for'},
		force: {help: 'replace a different key; the old one is kept as the previous one'},
	},
	examples: [
		'keymaker import keys/*.json',
		'keymaker import ~/.twurlrc',
		'keymaker import old.env --as harbour',
	],
	needs: 'all',
	run: ({words, options}, services, write) => importKeys({files: words, ...options}, services, write),
});
