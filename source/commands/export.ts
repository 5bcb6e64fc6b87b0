import path from 'node:path';
import {exportText} from '../bundles/export.ts';
import type {BundleEntry} from '../bundles/format.ts';
import {type FormatName, formatNames} from '../bundles/formats.ts';
import {FlockError} from '../flock/error.ts';
import type {Bot} from '../flock/flock.ts';
import {visible} from '../flock/visible.ts';
import {exportRequest, gatherEntries} from '../keymaker/export.ts';
import {readFlock} from '../keymaker/flock.ts';
import {requireRecipient} from '../keymaker/grant.ts';
import type {Services} from '../services.ts';
import {findBots} from './shared/bots.ts';
import {count, exitCode, sayError, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `export [BOT…] --format FORMAT --out PATH [--force]`; without bots, all with an active key. */
export type ExportInput = {
	bots: readonly string[];
	format: FormatName | 'age';
	/** The recipients of an `age` file. */
	to?: readonly string[];
	/** A file or a folder, depending on the format, from the current folder; `-` is standard output. */
	out: string;
	force: boolean;
};

/** The services that `export` needs. */
export type ExportServices = Pick<Services, 'poems' | 'keystore' | 'appSource' | 'cwd' | 'writeExport'>;

/**
 * Writes keys to files of other tools. A named bot must have a key. Without names, it skips bots without one,
 * and exits with 1 if the secret of a key's app is missing.
 * @throws FlockError `unknown-bot`, `no-key`, `held`, `other-app`, `export-…`, `usage`, `keystore-…`
 */
export async function exportKeys(
	{bots: names, format, to = [], out, force}: ExportInput,
	services: ExportServices,
	write: Write,
): Promise<number> {
	const recipients = await recipientsOf(format, to);
	const inside = format === 'age' ? 'json' : format;
	const {flock, folder, app, others} = await readFlock(services);
	const {entries, left} = await gatherEntries(
		names.length > 0 ? findBots(names, flock, others) : flock.filter(({key}) => key !== null),
		app,
		services,
	);
	const [first] = left;
	if (names.length > 0 && first !== undefined) {
		throw first;
	}

	for (const error of left) {
		sayError(error, write);
	}

	if (names.length === 0) {
		sayWithoutKey(flock, write);
	}

	if (entries.length === 0) {
		throw new FlockError('no-key', 'No keys to export.', {
			hint: 'Make keys with keymaker authorize --missing',
		});
	}

	if (out === '-') {
		write.raw(await textOf(entries, inside, recipients));
	} else {
		const request = exportRequest({format: inside, recipients, entries, out, force}, folder, services);
		const {files, warnings} = await services.writeExport(request);
		for (const file of files) {
			write.out(visible(path.relative(services.cwd, file)));
		}

		write.err(
			`${count(entries.length, 'key')} written. ${recipients ? 'Only the recipients can open the file.' : `Whoever reads ${files.length === 1 ? 'it' : 'them'} can post as the bot.`}`,
		);
		for (const warning of warnings) {
			write.err(warning);
		}
	}

	return left.length > 0 ? exitCode.failed : exitCode.done;
}

async function textOf(
	entries: readonly BundleEntry[],
	format: FormatName,
	recipients: readonly string[] | undefined,
): Promise<string> {
	return recipients
		? (await import('../bundles/sealed.ts')).sealedText(entries, recipients)
		: exportText(format, entries);
}

/** @returns `undefined` for a format without recipients. @throws FlockError `usage` */
async function recipientsOf(format: string, to: readonly string[]): Promise<string[] | undefined> {
	if ((format === 'age') !== to.length > 0) {
		throw new FlockError(
			'usage',
			format === 'age' ? 'An age file needs a recipient.' : '--to needs --format age.',
			{
				hint: 'keymaker export --format age --to age1… --out FILE. Run keymaker host init on the host to get its recipient.',
			},
		);
	}

	if (to.length === 0) {
		return undefined;
	}

	const recipients = [...new Set(to.map(one => one.trim()))];
	for (const recipient of recipients) {
		await requireRecipient(recipient);
	}

	return recipients;
}

function sayWithoutKey(flock: readonly Bot[], write: Write): void {
	const without = flock.filter(({key}) => key === null).map(({name}) => visible(name));
	if (without.length > 0) {
		write.err(`Skipped, without an active key: ${without.join(', ')}.`);
	}
}

/** The usage of `export`. */
export const command = define({
	name: 'export',
	arguments: ['[bot...]'],
	summary: 'Write key files for other programs.',
	options: {
		format: {value: 'format', choices: [...formatNames, 'age'], required: true, help: 'file format'},
		out: {value: 'path', required: true, help: 'file to write, or folder for bundle; - for standard output'},
		to: {value: 'recipient', repeatable: true, help: 'recipient that can open an age file, age1…'},
		force: {help: 'overwrite unrelated files'},
	},
	examples: [
		'keymaker export --format bundle --out keys',
		'keymaker export harbour --format dotenv --out harbour.env',
		'keymaker export harbour kettle --format age --to age1… --out web1.age',
	],
	needs: 'all',
	savesNothing: true,
	run: ({words, options}, services, write) => exportKeys({bots: words, ...options}, services, write),
});
