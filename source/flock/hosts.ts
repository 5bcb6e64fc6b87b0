import {FlockError} from './error.ts';
import {shellWord} from './shell-word.ts';
import {visible} from './visible.ts';

/** The error for a bot that this host cannot open. */
export function notGranted(bot: string): FlockError {
	return new FlockError('not-granted', `${visible(bot)} is not granted to this computer.`, {
		hint: `Run this where you manage the flock: keymaker grant ${shellWord(bot)} --to age1… --name NAME`,
	});
}

/** The error for a change on a host. */
export function savesNothing(): FlockError {
	return new FlockError('keystore-read-only', 'This computer can only read the bots granted to it.', {
		hint: 'Make changes where you manage the flock; new keys arrive here automatically. To open the whole flock here, set KEYMAKER_PASSPHRASE_COMMAND or KEYMAKER_PASSPHRASE.',
	});
}

/** The error for what only the flock's key opens. */
export function notHosts(): FlockError {
	return new FlockError(
		'not-granted',
		'This computer can only read the bots granted to it, not the flock’s history.',
		{
			hint: 'Run this where you manage the flock.',
		},
	);
}

/** Says how many bots of the flock a host cannot open. */
export function otherBots(count: number): string {
	return count === 1
		? '1 other bot is not granted to this computer.'
		: `${count} other bots are not granted to this computer.`;
}
