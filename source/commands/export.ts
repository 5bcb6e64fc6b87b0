import path from 'node:path';
import {exportText, writeExport} from '../bundles/export.ts';
import type {BundleEntry, FormatName} from '../bundles/format.ts';
import {poemFileFrom} from '../bundles/names.ts';
import {FlockError} from '../flock/error.ts';
import type {Bot} from '../flock/flock.ts';
import {visible} from '../flock/visible.ts';
import {appKeyOf, noKeyError, otherAppError} from '../keymaker/check.ts';
import {readFlock} from '../keymaker/flock.ts';
import {heldError} from '../keymaker/keymaker.ts';
import type {Services} from '../services.ts';
import {findBots} from './bots.ts';
import {count, exitCode, sayError, type Write} from './command.ts';

/** `export [BOT…] --format FORMAT --out PATH [--force]`; no bots: all that have a key in force. */
export type ExportInput = {
	bots: readonly string[];
	format: FormatName;
	/** A file or a folder, as the format has it, from the current folder; `-` is standard output. */
	out: string;
	force: boolean;
};

/** What `export` needs of the services. */
export type ExportServices = Pick<Services, 'poems' | 'keystore' | 'appSource' | 'cwd'>;

/**
 * Writes keys into files of other tools. A bot that is named must have a key; of all bots, those without one are
 * passed over, and exit 1 follows where the secret of a key's app is not known.
 * @throws FlockError `unknown-bot`, `no-key`, `held`, `other-app`, `export-…`, `usage`, `keystore-…`
 */
export async function exportKeys(
	{bots: names, format, out, force}: ExportInput,
	services: ExportServices,
	write: Write,
): Promise<number> {
	const {flock, folder} = await readFlock(services);
	const entries: BundleEntry[] = [];
	let incomplete = false;
	for (const bot of names.length > 0 ? findBots(names, flock) : flock.filter(({key}) => key !== null)) {
		try {
			entries.push(await entryOf(bot, services));
		} catch (error) {
			if (names.length > 0 || !(error instanceof FlockError)) {
				throw error;
			}

			sayError(error, write);
			incomplete = true;
		}
	}

	if (names.length === 0) {
		sayWithoutKey(flock, write);
	}

	if (entries.length === 0) {
		throw new FlockError('no-key', 'There is no key to export.', {
			hint: 'keymaker authorize --missing makes the keys that are missing.',
		});
	}

	if (out === '-') {
		write.raw(exportText(format, entries));
	} else {
		const {cwd, keystore} = services;
		const {files, warnings} = await writeExport({
			format,
			entries,
			out,
			cwd,
			force,
			poemsFolder: folder.path,
			untouchable: [keystore.path, ...folder.poems.map(poem => poem.path)],
		});
		for (const file of files) {
			write.out(visible(path.relative(cwd, file)));
		}

		write.err(
			`${count(entries.length, 'key')} written; whoever reads ${files.length === 1 ? 'it' : 'them'} can post as the bot.`,
		);
		for (const warning of warnings) {
			write.err(warning);
		}
	}

	return incomplete ? exitCode.failed : exitCode.done;
}

async function entryOf(bot: Bot, {keystore, appSource, cwd}: ExportServices): Promise<BundleEntry> {
	const key = (await keystore.get(bot.name))?.key ?? null;
	if (key === null) {
		throw bot.held === null ? noKeyError(bot.name) : heldError(bot.name, bot.held.key.handle);
	}

	const appKey = await appKeyOf(key, keystore, appSource);
	if (appKey === null) {
		throw otherAppError(bot.name);
	}

	return {
		...appKey,
		accessToken: key.accessToken,
		accessSecret: key.accessSecret,
		bot: bot.name,
		poemFile: bot.poem && poemFileFrom(cwd, bot.poem.path),
		userId: key.userId,
		handle: key.handle || null,
	};
}

function sayWithoutKey(flock: readonly Bot[], write: Write): void {
	const without = flock.filter(({key}) => key === null).map(({name}) => visible(name));
	if (without.length > 0) {
		write.err(`Passed over, without a key in force: ${without.join(', ')}.`);
	}
}
