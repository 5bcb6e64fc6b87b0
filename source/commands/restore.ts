import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import type {Backup, Change} from '../keystore/keystore.ts';
import type {Services} from '../services.ts';
import {cancelledError, count, exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {table} from './shared/table.ts';
import {utcText} from './shared/words.ts';

/** `restore [N]` */
export type RestoreInput = {
	/** The backup to restore, or the change to undo, as `Backup.number`; `null` to list them. */
	number: number | null;
};

/** How many bots of one change are named. */
const mostNamed = 3;

/** The services that `restore` needs. */
export type RestoreServices = Pick<Services, 'keystore'>;

/**
 * Lists the keystore's backups, newest first, or restores one. The replaced keystore becomes a backup. For a database it lists
 * the changes, and restores the state before one.
 * @throws FlockError `keystore-no-backup`, `keystore-passphrase`, `cancelled`, `keystore-…`
 */
export async function restore(
	{number}: RestoreInput,
	{keystore}: RestoreServices,
	write: Write,
): Promise<number> {
	const backups = await keystore.backups();
	if (keystore.isShared && !write.signal.aborted) {
		return number === null ? listChanges(backups, keystore.path, write) : undo(number, keystore, write);
	}

	if (write.signal.aborted) {
		throw cancelledError();
	}

	return number === null
		? listBackups(backups, keystore.path, write)
		: putBack(number, backups, keystore, write);
}

function listBackups(backups: readonly Backup[], path: string, write: Write): number {
	if (backups.length === 0) {
		write.err(`The keystore ${visible(path)} has no backups yet. Each save makes one.`);
		return exitCode.done;
	}

	const rows = backups.map(backup => [String(backup.number), utcText(backup.savedAt), contentsOf(backup)]);
	for (const line of table(rows, write.columns)) {
		write.out(line);
	}

	write.err('Restore one with keymaker restore N. The current keystore becomes a backup.');
	return exitCode.done;
}

function listChanges(changes: readonly Backup[], path: string, write: Write): number {
	if (changes.length === 0) {
		write.err(`No change in ${visible(path)} is known yet.`);
		return exitCode.done;
	}

	const rows = changes.map(one => [
		String(one.number),
		utcText(one.savedAt),
		doneIn(one.changes ?? []),
		visible(one.changes?.[0]?.by ?? ''),
	]);
	for (const line of table(rows, write.columns)) {
		write.out(line);
	}

	write.err('Run keymaker restore N to restore the state before change N. That makes a new change.');
	return exitCode.done;
}

/** `harbour replaced`; of many bots, how many. */
function doneIn(changes: readonly Change[]): string {
	const whats = [...new Set(changes.map(({what}) => what))].join(', ');
	return changes.length > mostNamed
		? `${count(changes.length, 'bot')} ${whats}`
		: changes.map(({bot, what}) => `${visible(bot)} ${what}`).join(', ');
}

async function undo(number: number, keystore: RestoreServices['keystore'], write: Write): Promise<number> {
	const {change} = await keystore.restore(number);
	if (change === null) {
		write.out(`Nothing differs from the state before change ${number}.`);
	} else {
		write.out(`Restored the state before change ${number}.`);
		write.out(`That is change ${change}; keymaker restore ${change} undoes it.`);
	}

	return exitCode.done;
}

async function putBack(
	number: number,
	before: readonly Backup[],
	keystore: RestoreServices['keystore'],
	write: Write,
): Promise<number> {
	const {exists, bots: replaced} = await keystore.health();
	const {keptAside} = await keystore.restore(number);
	const chosen = before.find(backup => backup.number === number);
	const what =
		chosen === undefined
			? `backup ${number}`
			: `the backup of ${utcText(chosen.savedAt)}, ${contentsOf(chosen)}`;
	write.out(`Restored ${what}.`);
	if (keptAside !== null) {
		write.out(`The unusable file it replaced is kept as ${visible(keptAside)}.`);
		return exitCode.done;
	}

	if (exists && replaced !== null) {
		const known = new Set(before.map(backup => backup.savedAt));
		const added = (await keystore.backups()).find(backup => !known.has(backup.savedAt));
		const place = added === undefined ? 'is now among the backups' : `is now backup ${added.number}`;
		write.out(`The replaced keystore, ${withKeys(replaced)}, ${place}.`);
	}

	return exitCode.done;
}

function contentsOf({bots, problem}: Backup): string {
	return bots === null ? visible(problem ?? '') : withKeys(bots);
}

function withKeys(bots: number): string {
	return `with the ${bots === 1 ? 'key' : 'keys'} of ${count(bots, 'bot')}`;
}

/** The usage of `restore`. */
export const command = define({
	name: 'restore',
	arguments: ['[number]'],
	summary: 'List the keystore’s backups, or restore one.',
	details:
		'For a keystore in a database, it lists the last ten changes by number, and restores the state before one.',
	options: {},
	examples: ['keymaker restore', 'keymaker restore 1'],
	needs: 'all',
	run: async ({words: [number]}, services, write) =>
		restore({number: number === undefined ? null : backupNumber(number)}, services, write),
});

function backupNumber(text: string): number {
	if (!/^[1-9]\d{0,14}$/.test(text)) {
		throw new FlockError('usage', `${visible(text)} is not the number of a backup or a change.`, {
			hint: 'Run keymaker restore to list them.',
		});
	}

	return Number(text);
}
