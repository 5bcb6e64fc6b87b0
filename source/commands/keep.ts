import {visible} from '../flock/visible.ts';
import {accountOf} from '../flock/words.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Services} from '../services.ts';
import {findBot} from './shared/bots.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {type DecisionInput, findHeld, leftLines} from './shared/held.ts';

/** `keep BOT [--handle NAME]` */
export type KeepInput = DecisionInput;

/**
 * Makes a held key the active one. Others stay held.
 * @throws FlockError `unknown-bot`, `no-held-key`, `held-several`, `held-changed`, `keystore-…`
 */
export async function keep({bot, handle}: KeepInput, services: Services, write: Write): Promise<number> {
	const {flock} = await readFlock(services);
	const found = findBot(bot, flock);
	const {key, replaced, left} = await services.keymaker.keep(found.name, findHeld(found, handle).tokenId);
	write.out(`${visible(bot)} now uses the key of ${accountOf(key)}.`);
	if (replaced !== null) {
		write.err(`Its earlier key of ${accountOf(replaced)} is kept as the previous one.`);
	}

	for (const line of leftLines(bot, left)) {
		write.err(line);
	}

	return exitCode.done;
}

/** The usage of `keep`. */
export const command = define({
	name: 'keep',
	arguments: ['<bot>'],
	summary: 'Use a key that waits for your decision, and keep the old one as the previous key.',
	options: {handle: {value: 'name', help: 'which account’s key, if several are waiting'}},
	examples: ['keymaker keep harbour', 'keymaker keep harbour --handle harbour_poem'],
	needs: 'all',
	run: ({words: [bot = ''], options}, services, write) => keep({bot, ...options}, services, write),
});
