import type {Write} from '../commands/shared/command.ts';
import {count} from '../commands/shared/command.ts';
import {visible} from '../flock/visible.ts';
import type {HaveMoved} from '../keystore/core.ts';

/** Asks the person at the terminal whether poems that are gone have moved here; `undefined` where there is nobody to ask. */
export function askMoved(write: Write): HaveMoved | undefined {
	if (!write.interactive) {
		return;
	}

	return async ({file, from, to, bots}) => {
		const {confirm} = await import('../commands/shared/ask.ts');
		write.err(`The keystore ${visible(file)} (${count(bots, 'bot')} with a key) belongs to the poems in`);
		write.err(`  ${visible(from)}`);
		write.err(
			'which is gone. Did that folder move here? (If its disk is not mounted, answer no and mount it.)',
		);
		write.err(`  ${visible(to)}`);
		return confirm('Use these keys for the poems there?', write);
	};
}
