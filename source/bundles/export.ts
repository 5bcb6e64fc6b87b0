import {realpath, rm, stat} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {FlockError} from '../flock/error.ts';
import {isPoemFile} from '../flock/poem.ts';
import {visible} from '../flock/visible.ts';
import {strangerOn} from '../system/places.ts';
import type {DecodedText} from '../system/text.ts';
import {unfinished} from '../system/unfinished.ts';
import {type BundleEntry, cannotMerge, type Format, labelOf} from './format.ts';
import {type FormatName, formats} from './formats.ts';
import {gitWarnings} from './git.ts';
import {sweepLeftovers} from './leftovers.ts';
import {fileNameOf} from './names.ts';
import {makeFolder, type Place, placeOf, readText, type Writing, writeAll} from './safe-file.ts';

/** What to export, and where to. */
export type ExportRequest = {
	format: FormatName;
	entries: readonly BundleEntry[];
	/** A file. For a format with one key per file, a folder, unless it clearly names one bot's file. */
	out: string;
	/** Seals the file to these recipients, with the json format only; absent for a plain file. */
	recipients?: readonly string[] | undefined;
	/** The current folder, as an absolute path. */
	cwd: string;
	/** Whether to replace other files. Poems, links and special files are never replaced. */
	force: boolean;
	/** The folder of poems, as an absolute path. */
	poemsFolder: string;
	/** Never overwritten: the keystore and all poems, which can be links to elsewhere. */
	untouchable: readonly string[];
};

/** What an export did. */
export type ExportResult = {
	/** Absolute paths. */
	files: string[];
	/** Sentences to show. */
	warnings: string[];
};

/** The text that an export writes to standard output. */
export function exportText(format: FormatName, entries: readonly BundleEntry[]): string {
	return formats[format].write(entries, null);
}

/**
 * Writes key files. Merges into a file of the same format, and checks everything before it writes anything.
 * @throws FlockError with a code that begins with `export-`.
 */
export async function writeExport(request: ExportRequest): Promise<ExportResult> {
	const {format, files, folder} = await plan(request);
	const untouchable = await identities(request.untouchable);
	const writings: Writing[] = [];
	for (const {path, entries} of files) {
		refuseStranger(path);
		await refuseUntouchable(path, request.poemsFolder, untouchable);
		const {recipients, force} = request;
		const text = recipients
			? await sealedTextFor(path, entries, recipients, force)
			: await textFor(path, format, entries, force);
		writings.push({path, text});
	}

	await makeFolder(folder);
	const left = await sweepLeftovers(folder);
	await refuseOneFileForTwo(files);
	await unfinished('writing the key files', () => writeAll(writings));
	const paths = writings.map(({path}) => path);
	return {files: paths, warnings: [...leftWarnings(left, folder), ...gitWarnings(paths)]};
}

function leftWarnings({length}: readonly string[], folder: string): string[] {
	const what = length === 1 ? 'Removed a file with keys' : `Removed ${length} files with keys`;
	return length === 0 ? [] : [`${what} that a killed export left in ${visible(folder)}.`];
}

/** A file to write. */
type PlannedFile = {path: string; entries: readonly BundleEntry[]};

async function plan(request: ExportRequest): Promise<{format: Format; files: PlannedFile[]; folder: string}> {
	const format = formats[request.format];
	const out = resolve(request.cwd, request.out);
	const place = await placeOf(out);
	if (format.holds === 'many' || (request.entries.length === 1 && isMeantAsFile(request, format, place))) {
		return {format, files: [{path: out, entries: request.entries}], folder: dirname(out)};
	}

	if (place === 'link' || place === 'other') {
		throw unsafe(out, place === 'link' ? 'a link' : 'no folder');
	}

	if (place === 'file') {
		throw new FlockError(
			'export-exists',
			`${visible(out)} is a file, but ${format.name} writes to a folder.`,
			{
				hint: 'Use --out with a folder.',
				field: 'out',
			},
		);
	}

	const files = request.entries.map(entry => ({
		path: join(out, fileNameOf(entry.bot ?? entry.handle ?? 'key') + format.ending),
		entries: [entry],
	}));
	return {format, files, folder: out};
}

/**
 * One bot's `.env` goes into a file. One bot's bundle goes into a folder, like all of them, unless it is
 * named `….json`.
 */
function isMeantAsFile(request: ExportRequest, format: Format, place: Place): boolean {
	const isFolder = place === 'folder' || /[/\\]$/.test(request.out);
	return !isFolder && (format.name === 'dotenv' || place === 'file' || request.out.endsWith(format.ending));
}

/** Refuses what is neither a file nor missing. @throws FlockError `export-unsafe` */
function refusePlace(path: string, place: Place): void {
	if (place !== 'nothing' && place !== 'file') {
		throw unsafe(path, place === 'link' ? 'a link' : place === 'folder' ? 'a folder' : 'not a regular file');
	}
}

/** Seals a new file. Keys cannot be added to a sealed one. */
async function sealedTextFor(
	path: string,
	entries: readonly BundleEntry[],
	recipients: readonly string[],
	force: boolean,
): Promise<string> {
	const place = await placeOf(path);
	refusePlace(path, place);
	if (place === 'file' && !force) {
		throw new FlockError('export-exists', `${visible(path)} already exists.`, {
			hint: 'Keys cannot be added to a sealed file. Choose another --out, or overwrite it with --force.',
			field: 'out',
			replaceable: true,
		});
	}

	const {sealedText} = await import('./sealed.ts');
	return sealedText(entries, recipients);
}

async function textFor(
	path: string,
	format: Format,
	entries: readonly BundleEntry[],
	force: boolean,
): Promise<string> {
	const place = await placeOf(path);
	refusePlace(path, place);
	if (place === 'nothing') {
		return format.write(entries, null);
	}

	const existing = await readText(path, false).catch(error => {
		throw unsafe(path, 'a file that cannot be read', error);
	});
	if (existing?.text.trim() === '') {
		return format.write(entries, null);
	}

	if (existing !== null && format.detect(existing.text, basename(path))) {
		try {
			return format.write(entries, requireUtf8(existing, format));
		} catch (error) {
			const isInTheWay = error instanceof FlockError && error.code === 'export-exists';
			if (!isInTheWay || !force) {
				throw error;
			}
		}
	} else if (!force) {
		throw new FlockError(
			'export-exists',
			`${visible(path)} already exists and is not a ${format.name} file.`,
			{
				hint: 'Choose another --out, or overwrite it with --force.',
				field: 'out',
				replaceable: true,
			},
		);
	}

	return format.write(entries, null);
}

/** Adding to a text would rewrite it in another encoding, which the program that wrote it may not read. */
function requireUtf8({text, encoding}: DecodedText, format: Format): string {
	if (encoding !== 'UTF-8') {
		throw cannotMerge(format.name, `it is in ${encoding}, but keymaker writes UTF-8`);
	}

	return text;
}

/** Root writes only where nobody else can replace the folder or the file. */
function refuseStranger(path: string): void {
	const stranger = strangerOn(path);
	if (stranger !== null) {
		const {path: place, uid} = stranger;
		const why = uid === null ? 'is writable by other users' : `belongs to another user (${uid})`;
		throw new FlockError('export-unsafe', `${visible(place)} ${why}, so root writes no keys there.`, {
			hint: 'Export to a folder that only root can write to, then move the files.',
		});
	}
}

/** Never writes over a poem, however its name is spelled, nor beside the poems as if it were one. */
async function refuseUntouchable(
	path: string,
	poemsFolder: string,
	untouchable: ReadonlySet<string>,
): Promise<void> {
	const [identity] = await identities([path]);
	const folder = await realpath(dirname(path)).catch(() => dirname(path));
	const isAmongPoems = folder === (await realpath(poemsFolder).catch(() => poemsFolder));
	if ((identity !== undefined && untouchable.has(identity)) || (isAmongPoems && isPoemFile(basename(path)))) {
		throw new FlockError('export-unsafe', `${visible(path)} is a poem or one of keymaker's own files.`, {
			hint: 'Choose another --out.',
			field: 'out',
		});
	}
}

/** The files' identities, whatever paths lead to them. Missing files are left out. */
async function identities(paths: readonly string[]): Promise<Set<string>> {
	const found = await Promise.all(paths.map(path => stat(path, {bigint: true}).catch(() => null)));
	return new Set(found.filter(file => file !== null).map(file => `${file.dev}:${file.ino}`));
}

/** Bots that differ only in capitals get separate files only if the file system is case-sensitive. */
async function refuseOneFileForTwo(files: readonly PlannedFile[]): Promise<void> {
	const byName = new Map<string, PlannedFile>();
	for (const file of files) {
		const name = basename(file.path).normalize('NFC').toLowerCase();
		const other = byName.get(name);
		if (other !== undefined && (other.path === file.path || (await isOnePlace(other.path, file.path)))) {
			const [one, two] = [other, file].map(({entries: [entry]}) =>
				entry === undefined ? '' : labelOf(entry),
			);
			throw new FlockError('export-exists', `${one} and ${two} would share one file here.`, {
				hint: 'Rename one of the poems (keymaker rename OLD NEW), or export to two folders.',
			});
		}

		byName.set(name, file);
	}
}

/** Whether two names lead to one file here. Tries it with a temporary file. */
async function isOnePlace(one: string, other: string): Promise<boolean> {
	const probe = (path: string) => join(dirname(path), `.keymaker-probe-${basename(path)}`.slice(0, 200));
	await writeAll([{path: probe(one), text: ''}]);
	try {
		return (await placeOf(probe(other))) !== 'nothing';
	} finally {
		await rm(probe(one), {force: true});
	}
}

function unsafe(path: string, what: string, cause?: unknown): FlockError {
	return new FlockError('export-unsafe', `${visible(path)} is ${what}.`, {
		hint: 'Choose another --out.',
		field: 'out',
		cause,
	});
}
