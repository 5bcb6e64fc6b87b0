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

/** What `forget` and `revoke` are given. */
export type RemoveInput = {
	bots: readonly string[];
	/** Not to ask. */
	yes: boolean;
	/** To take the keys out of the keystore's backups too. */
	purge: boolean;
};

/** What is said besides where keys stay. */
export const cameSince = ' A key that came after the question stays.';

/** A way of removing keys. */
export type Removal = {
	/** How the question begins. */
	verb: 'Forget' | 'Revoke';
	/** What follows from it, as a sentence. */
	consequence: string;
	/** Removes those of a bot's keys that have these access tokens, and says so in a sentence. */
	remove(bot: string, asked: ReadonlySet<string>): Promise<string>;
};

/** One bot on the command line; `bot` is `null` for one that only backups know. */
type Target = {name: string; bot: Bot | null};

/**
 * Removes bots' keys after asking once, one bot after the other; one that fails keeps its keys and stops no other.
 * @throws FlockError `unknown-bot`, `usage` where nobody can be asked, `cancelled`, `keystore-…`
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

	// What comes while the question stands is not what was asked about.
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
		// Backups may hold a token under an earlier name of the bot.
		const tokens = new Set(record === undefined ? [] : keysOf(record).map(key => key.accessToken));
		if (hasKeys(bot)) {
			write.out(
				await remove(name, tokens).catch(error => {
					write.err(`${visible(name)} stays as it was:`);
					throw error;
				}),
			);
		}

		if (purge) {
			const purged = await keystore.purge(name, tokens);
			write.out(`${visible(name)}: taken out of ${count(purged, earlierIn(keystore))}.`);
			return;
		}

		const holding = await keystore.backupsHolding(name, tokens);
		if (holding > 0) {
			write.err(
				`${count(holding, earlierIn(keystore))} of the keystore may still hold it: keymaker forget ${shellWord(name)} --purge`,
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
			hint: `keymaker forget ${shellWord(name)} --purge takes its keys out of the backups.`,
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
	purge: {help: 'take them out of the keystore’s backups too'},
} as const;

/** What a keystore has of earlier keys. */
function earlierIn({isShared}: Pick<Services['keystore'], 'isShared'>): string {
	return isShared ? 'earlier version' : 'backup';
}
