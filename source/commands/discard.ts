import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import {accountOf} from '../flock/words.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Services} from '../services.ts';
import {findBot} from './bots.ts';
import {exitCode, type Write} from './command.ts';
import {define} from './shared/definition.ts';

/** `discard BOT` */
export type DiscardInput = {bot: string};

/** Removes a held key. @throws FlockError `unknown-bot`, `no-held-key`, `keystore-…` */
export async function discard({bot}: DiscardInput, services: Services, write: Write): Promise<number> {
	const {flock} = await readFlock(services);
	const {key} = findBot(bot, flock);
	const discarded = await services.keymaker.discard(bot);
	write.out(`The held key of ${accountOf(discarded)} is gone from ${visible(bot)}.`);
	write.err(
		key === null
			? `${visible(bot)} has no key now: keymaker authorize ${shellWord(bot)}`
			: `${visible(bot)} keeps its key of ${accountOf(key)}.`,
	);
	return exitCode.done;
}

/** How `discard` is called. */
export const command = define({
	name: 'discard',
	arguments: ['<bot>'],
	summary: 'Removes a held key from the keystore.',
	options: {},
	examples: ['keymaker discard harbour'],
	needs: 'all',
	run: ({words: [bot = '']}, services, write) => discard({bot}, services, write),
});
