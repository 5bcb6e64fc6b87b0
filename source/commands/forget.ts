import {visible} from '../flock/visible.ts';
import {forgetBot} from '../keymaker/forget.ts';
import type {Services} from '../services.ts';
import type {Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {cameSince, type RemoveInput, removeKeys, removeOptions} from './shared/remove.ts';

/** `forget BOT… [--yes] [--purge]` */
export type ForgetInput = RemoveInput;

/**
 * Removes keys only from the keystore. With `--purge`, also for bots whose keys are only in backups.
 * @throws FlockError `unknown-bot`, `no-key`, `usage`, `cancelled`, `keystore-…`
 */
export async function forget(input: ForgetInput, services: Services, write: Write): Promise<number> {
	return removeKeys(
		input,
		{
			verb: 'Forget',
			consequence: 'It still works at X. Use keymaker revoke to end it there.',
			async remove(bot, asked) {
				const {left} = await forgetBot(bot, services.keystore, asked);
				return `${visible(bot)}: forgotten. The key still works at X.${left ? cameSince : ''}`;
			},
		},
		services,
		write,
	);
}

/** The usage of `forget`. */
export const command = define({
	name: 'forget',
	arguments: ['<bot...>'],
	summary: 'Remove keys from the keystore. They still work at X.',
	options: removeOptions,
	examples: ['keymaker forget moth', 'keymaker forget moth --yes --purge'],
	needs: 'all',
	run: ({words, options}, services, write) => forget({bots: words, ...options}, services, write),
});
