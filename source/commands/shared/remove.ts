import {FlockError} from '../../flock/error.ts';
import type {Bot, Flock} from '../../flock/flock.ts';
import {keysOf} from '../../flock/key.ts';
import {oneForm} from '../../flock/poem.ts';
import {shellWord} from '../../flock/shell-word.ts';
import {visible} from '../../flock/visible.ts';
import {readFlock} from '../../keymaker/flock.ts';
import type {Services} from '../../services.ts';
import {confirm} from './ask.ts';
import {botAndAccount, findBot} from './bots.ts';
import {cancelledError, count, exitCode, sayError, type Write} from './command.ts';

/** The input of `forget` and `revoke`. */
export type RemoveInput = {
	bots: readonly string[];
	/** Do not ask. */
	yes: boolean;
	/** Remove the keys from the keystore's backups, too. */
	purge: boolean;
};

/** The note about a key saved after the question. */
export const cameSince = ' A key saved after the question stays.';

/** A way to remove keys. */
export type Removal = {
	/** The question's first words. */
	verb: 'Forget' | 'Revoke';
	/** The consequence, as a sentence. */
	consequence: string;
	/** Removes a bot's keys with these access tokens, and reports it in a sentence. */
	remove(bot: string, asked: ReadonlySet<string>): Promise<string>;
};

/** A bot on the command line; `bot` is `null` for one that only backups know. */
type Target = {name: string; bot: Bot | null};

/**
 * Removes bots' keys after one question, one bot after the other. A bot that fails keeps its keys and stops
 * no other.
 * @throws FlockError `unknown-bot`, `usage` if nobody can be asked, `cancelled`, `keystore-…`
 */
export async function removeKeys(
	{bots, yes, purge}: RemoveInput,
	{verb, consequence, remove}: Removal,
	services: Services,
	write: Write,
): Promise<number> {
	const {flock} = await readFlock(services);
	const targets: Target[] = [];
	for (const name of new Set(bots.map(oneForm))) {
		targets.push(await targetOf(name, flock, purge, services));
	}

	// The question was not about keys that come while it is open.
	const asked = await services.keystore.getAll(targets.map(({name}) => name));
	if (!yes && !(await confirm(questionOf(targets, verb, consequence, write), write))) {
		write.err('Nothing was changed.');
		return exitCode.failed;
	}

	let failed = false;
	for (const target of targets) {
		if (write.signal.aborted) {
			throw cancelledError();
		}

		try {
			await removeOne(target);
		} catch (error) {
			if (!(error instanceof FlockError)) {
				throw error;
			}

			sayError(error, write);
			failed = true;
		}
	}

	return failed ? exitCode.failed : exitCode.done;

	async function removeOne({name, bot}: Target): Promise<void> {
		const {keystore} = services;
		const record = asked.get(name);
		// Backups may hold a token under the bot's earlier name.
		const tokens = new Set(record === undefined ? [] : keysOf(record).map(key => key.accessToken));
		if (hasKeys(bot)) {
			write.out(
				await remove(name, tokens).catch(error => {
					write.err(`${visible(name)}: nothing was changed:`);
					throw error;
				}),
			);
		}

		if (purge) {
			const purged = await keystore.purge(name, tokens);
			write.out(`${visible(name)}: removed from ${count(purged, earlierIn(keystore))}.`);
			return;
		}

		const holding = await keystore.backupsHolding(name, tokens);
		if (holding > 0) {
			write.err(
				`${count(holding, earlierIn(keystore))} may still have it. Remove it there with keymaker forget ${shellWord(name)} --purge`,
			);
		}
	}
}

async function targetOf(name: string, flock: Flock, purge: boolean, {keystore}: Services): Promise<Target> {
	const known = flock.some(bot => bot.name === name);
	if (!known && purge && (await keystore.backupsHolding(name)) > 0) {
		return {name, bot: null};
	}

	const bot = findBot(name, flock);
	if (!hasKeys(bot) && !purge) {
		throw new FlockError('no-key', `${visible(name)} has no key here.`, {
			hint: `Remove its keys from the backups with keymaker forget ${shellWord(name)} --purge`,
		});
	}

	return {name, bot};
}

function hasKeys(bot: Bot | null): boolean {
	return bot !== null && keysOf(bot).length > 0;
}

function questionOf(targets: readonly Target[], verb: string, consequence: string, write: Write): string {
	const named = targets.map(({name, bot}) => (bot === null ? visible(name) : botAndAccount(bot)));
	if (named.length === 1) {
		return `${verb} the key of ${named[0]}? ${consequence}`;
	}

	for (const line of named) {
		write.err(`  ${line}`);
	}

	return `${verb} the keys of these ${named.length} bots? ${consequence}`;
}

/** The options of the commands that remove keys. */
export const removeOptions = {
	yes: {help: 'do not ask'},
	purge: {help: 'remove them from the backups too'},
} as const;

/** What a keystore has of earlier keys. */
function earlierIn({isShared}: Pick<Services['keystore'], 'isShared'>): string {
	return isShared ? 'earlier version' : 'backup';
}
