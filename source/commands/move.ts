import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import type {ReadingServices} from '../services.ts';
import {confirm} from './shared/ask.ts';
import {cancelledError, count, exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `move TO` */
export type MoveInput = {
	/** A folder of keystores, or a database's address. */
	to: string;
	/** True to ask nobody. */
	yes: boolean;
	/** True where the environment gives the passphrase. */
	given: boolean;
};

/**
 * Moves the flock to another keystore, and leaves a note where it was.
 * @throws FlockError `usage`, `cancelled`, `keystore-empty`, `keystore-exists`, `keystore-…`
 */
export async function move(
	{to, yes, given}: MoveInput,
	{keystore, openMove}: Pick<ReadingServices, 'keystore' | 'openMove'>,
	write: Write,
): Promise<number> {
	const way = await openMove(to);
	const found = await way.look();
	const [bots, from, there] = [count(found.bots, 'bot'), visible(found.from), visible(found.to)];
	if (!yes && !(await confirm(`Move the keys of ${bots} from ${from} to ${there}?`, write))) {
		write.err('Nothing was moved.');
		return exitCode.failed;
	}

	if (write.signal.aborted) {
		throw cancelledError();
	}

	if (write.interactive && !given) {
		write.err(`Next: the passphrase of ${there}.`);
	}

	await way.run();
	write.out(`Moved ${bots} to ${there}, and read them back.`);
	const copies = keystore.isShared
		? 'Earlier versions stay in the database it left'
		: 'Its backups stay where they are';
	write.err(`${from} says where the flock went. ${copies}.`);
	write.err(`Set KEYMAKER_KEYSTORE=${shellWord(found.place)} on each computer that uses it.`);
	return exitCode.done;
}

/** How `move` is called. */
export const command = define({
	name: 'move',
	arguments: ['<to>'],
	summary: 'Move the flock to a database, or from one to a folder or another database.',
	details:
		'Everything moves in one transaction and is read back; what was the keystore then says where the flock went. A keystore in a database is encrypted: the passphrase comes from KEYMAKER_PASSPHRASE, KEYMAKER_PASSPHRASE_COMMAND or a prompt. The database’s password comes from PGPASSWORD or ~/.pgpass.',
	options: {yes: {help: 'do not ask'}},
	examples: [
		'keymaker move postgres://me@db.example.org/flocks',
		'keymaker move ~/keys --keystore postgres://me@db.example.org/flocks --flock tidewater',
	],
	// So keys that wait on this computer are saved first.
	needs: 'all',
	run: ({words: [to = ''], options: {yes}, givenPassphrase}, services, write) =>
		move({to, yes, given: givenPassphrase !== null}, services, write),
});
