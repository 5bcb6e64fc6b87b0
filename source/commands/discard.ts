import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import {accountOf} from '../flock/words.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Services} from '../services.ts';
import {findBot} from './shared/bots.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {type DecisionInput, findHeld, leftLines} from './shared/held.ts';

/** `discard BOT [--handle NAME]` */
export type DiscardInput = DecisionInput;

/**
 * Removes a held key. Others stay held.
 * @throws FlockError `unknown-bot`, `no-held-key`, `held-several`, `held-changed`, `keystore-…`
 */
export async function discard(
	{bot, handle}: DiscardInput,
	services: Services,
	write: Write,
): Promise<number> {
	const {flock} = await readFlock(services);
	const found = findBot(bot, flock);
	const {key, inForce, left} = await services.keymaker.discard(found.name, findHeld(found, handle).tokenId);
	write.out(`Discarded ${visible(bot)}’s new key of ${accountOf(key)}.`);
	if (inForce !== null) {
		write.err(`${visible(bot)} keeps its key of ${accountOf(inForce)}.`);
	} else if (left.length === 0) {
		write.err(`${visible(bot)} has no key now. Make one with keymaker authorize ${shellWord(bot)}`);
	}

	for (const line of leftLines(bot, left)) {
		write.err(line);
	}

	return exitCode.done;
}

/** The usage of `discard`. */
export const command = define({
	name: 'discard',
	arguments: ['<bot>'],
	summary: 'Discard a key that waits for your decision.',
	options: {handle: {value: 'name', help: 'which account’s key, if several are waiting'}},
	examples: ['keymaker discard harbour', 'keymaker discard harbour --handle somebody_else'],
	needs: 'all',
	run: ({words: [bot = ''], options}, services, write) => discard({bot, ...options}, services, write),
});
