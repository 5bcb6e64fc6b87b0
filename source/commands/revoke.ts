import {visible} from '../flock/visible.ts';
import {revokeBot} from '../keymaker/forget.ts';
import type {Services} from '../services.ts';
import {count, sayWarningOf, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {cameSince, type RemoveInput, removeKeys, removeOptions} from './shared/remove.ts';

/** `revoke BOT… [--yes] [--purge]` */
export type RevokeInput = RemoveInput;

/**
 * Tells X that keys are void, and only then removes them from the keystore.
 * @throws FlockError `unknown-bot`, `no-key`, `usage`, `cancelled`, `keystore-…`
 */
export async function revoke(input: RevokeInput, services: Services, write: Write): Promise<number> {
	sayWarningOf(services.x, write);
	return removeKeys(
		input,
		{
			verb: 'Revoke',
			consequence: 'Whatever uses it will be refused by X, for good.',
			async remove(bot, asked) {
				const {revoked, sharedWith, left} = await revokeBot(bot, services, asked);
				const told = revoked === 0 ? 'X was not told' : `X was told of ${count(revoked, 'token')}`;
				const shared =
					sharedWith.length === 0
						? ''
						: ` ${sharedWith.map(visible).join(', ')} has the same token, which X gave to both: it was only removed here.`;
				return `${visible(bot)}: ${told}, and it is gone from the keystore.${shared}${left ? cameSince : ''}`;
			},
		},
		services,
		write,
	);
}

/** How `revoke` is called. */
export const command = define({
	name: 'revoke',
	arguments: ['<bot...>'],
	summary: 'Revoke keys at X and remove them here.',
	options: removeOptions,
	examples: ['keymaker revoke moth'],
	needs: 'all',
	run: ({words, options}, services, write) => revoke({bots: words, ...options}, services, write),
});
