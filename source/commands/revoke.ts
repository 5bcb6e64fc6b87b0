import {visible} from '../flock/visible.ts';
import {revokeBot} from '../keymaker/forget.ts';
import type {Services} from '../services.ts';
import {count, sayWarningOf, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {cameSince, type RemoveInput, removeKeys, removeOptions} from './shared/remove.ts';

/** `revoke BOT… [--yes] [--purge]` */
export type RevokeInput = RemoveInput;

/**
 * Revokes keys at X, and only then removes them from the keystore.
 * @throws FlockError `unknown-bot`, `no-key`, `usage`, `cancelled`, `keystore-…`
 */
export async function revoke(input: RevokeInput, services: Services, write: Write): Promise<number> {
	sayWarningOf(services.x, write);
	return removeKeys(
		input,
		{
			verb: 'Revoke',
			consequence: 'X will reject it for good.',
			async remove(bot, asked) {
				const {revoked, sharedWith, left} = await revokeBot(bot, services, asked);
				const told = revoked === 0 ? 'not revoked at X' : `revoked ${count(revoked, 'token')} at X`;
				const shared =
					sharedWith.length === 0
						? ''
						: ` ${sharedWith.map(visible).join(', ')} uses the same token, so it was only removed here.`;
				return `${visible(bot)}: ${told}, and removed here.${shared}${left ? cameSince : ''}`;
			},
		},
		services,
		write,
	);
}

/** The usage of `revoke`. */
export const command = define({
	name: 'revoke',
	arguments: ['<bot...>'],
	summary: 'Revoke keys at X and remove them here.',
	options: removeOptions,
	examples: ['keymaker revoke moth'],
	needs: 'all',
	run: ({words, options}, services, write) => revoke({bots: words, ...options}, services, write),
});
