import {visible} from '../flock/visible.ts';
import {accountOf} from '../flock/words.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Services} from '../services.ts';
import {findBot} from './bots.ts';
import {exitCode, type Write} from './command.ts';
import {define} from './shared/definition.ts';

/** `keep BOT` */
export type KeepInput = {bot: string};

/** Puts a held key in force. @throws FlockError `unknown-bot`, `no-held-key`, `keystore-…` */
export async function keep({bot}: KeepInput, services: Services, write: Write): Promise<number> {
	const {flock} = await readFlock(services);
	const replaced = findBot(bot, flock).key;
	const key = await services.keymaker.keep(bot);
	write.out(`${visible(bot)} now has the key of ${accountOf(key)}.`);
	if (replaced !== null) {
		write.err(`The key of ${accountOf(replaced)} that it had before is kept as its previous one.`);
	}

	return exitCode.done;
}

/** How `keep` is called. */
export const command = define({
	name: 'keep',
	arguments: ['<bot>'],
	summary: 'Puts a held key in force; the key that it replaces is kept as the previous one.',
	options: {},
	examples: ['keymaker keep harbour'],
	needs: 'all',
	run: ({words: [bot = '']}, services, write) => keep({bot}, services, write),
});
