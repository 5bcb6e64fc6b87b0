import {readdir} from 'node:fs/promises';
import {basename, extname, join} from 'node:path';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {reasonOf} from '../system/files.ts';
import type {Identity} from '../system/identity.ts';
import type {BundleEntry, Reading} from './format.ts';
import {detectFormat, type FormatName, formatNames} from './formats.ts';
import {botOfFileName} from './names.ts';
import {placeOf, readBytes, textIn} from './safe-file.ts';
import {isSealed, openSealed} from './sealed.ts';

/** What a file contained. */
export type ImportedFile = Reading & {
	path: string;
	/** `null` if keymaker does not know it. Then a problem says so. */
	format: FormatName | null;
};

/**
 * Reads the keys of a file in any format, sealed or not, or of every JSON, `.env` and `.age` file of a folder.
 * @throws FlockError `import-unreadable` or `import-format` for the path itself. A bad file in a folder is
 * only a problem of that file.
 * @param asItIs accepts values that X would never issue; see `Format`.
 * @param identity opens sealed files; without it, they have no known format.
 */
export async function readImport(
	path: string,
	asItIs = false,
	identity?: () => Promise<Identity>,
): Promise<ImportedFile[]> {
	if ((await placeOf(path).catch(() => 'other')) !== 'folder') {
		return [await readOne(path, asItIs, identity)];
	}

	const files: ImportedFile[] = [];
	for (const name of (await namesIn(path)).sort()) {
		if (!name.startsWith('.') && /\.(?:json|env|age)$/i.test(name)) {
			files.push(await readOne(join(path, name), asItIs, identity).catch(asProblem(join(path, name))));
		}
	}

	return files;
}

async function namesIn(folder: string): Promise<string[]> {
	try {
		return await readdir(folder);
	} catch (error) {
		throw unreadable(folder, error);
	}
}

async function readOne(
	path: string,
	asItIs: boolean,
	identity: (() => Promise<Identity>) | undefined,
): Promise<ImportedFile> {
	const bytes = await readBytes(path, true).catch(error => {
		throw unreadable(path, error);
	});
	const opened = identity && isSealed(bytes) ? await openSealed(bytes, path, await identity()) : bytes;
	const text = textIn(opened)?.text ?? null;
	const format = text === null ? null : detectFormat(text, basename(path));
	if (text === null || format === null) {
		throw new FlockError('import-format', `${visible(path)} is not a key file that keymaker knows.`, {
			hint: `It reads ${formatNames.join(', ')}.`,
		});
	}

	const {entries, problems} = format.read(text, asItIs);
	return {
		path,
		format: format.name,
		entries: entries.map(entry => named(entry, format.name, path)),
		problems,
	};
}

/** A file with one bot's key is named after the bot. */
function named(entry: BundleEntry, format: FormatName, path: string): BundleEntry {
	const base = basename(path, extname(path));
	const isCalledByBot = format === 'bundle' || (format === 'dotenv' && /.\.env$/i.test(basename(path)));
	return entry.bot === null && isCalledByBot ? {...entry, bot: botOfFileName(base)} : entry;
}

function asProblem(path: string): (error: unknown) => ImportedFile {
	return error => {
		if (error instanceof FlockError) {
			return {path, format: null, entries: [], problems: [error.message]};
		}

		throw error;
	};
}

function unreadable(path: string, error: unknown): FlockError {
	return new FlockError('import-unreadable', `${visible(path)} cannot be read: ${reasonOf(error)}.`, {
		hint: 'Check the path and its permissions. A key file is a regular file of 8 MB at most.',
		cause: error,
	});
}
