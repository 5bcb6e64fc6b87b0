import {FlockError} from './error.ts';
import {shellWord} from './shell-word.ts';
import {visible} from './visible.ts';

/** The error of a bot that this computer's identity does not open. */
export function notGranted(bot: string): FlockError {
	return new FlockError('not-granted', `${visible(bot)} is not granted to this computer.`, {
		hint: `Where the flock is looked after: keymaker grant ${shellWord(bot)} --to age1… --name NAME`,
	});
}

/** The error of a change on a computer that opens only what is granted to its identity. */
export function savesNothing(): FlockError {
	return new FlockError(
		'keystore-read-only',
		'This computer opens the bots that are granted to it, and saves nothing.',
		{
			hint: 'Do it where the flock is looked after; a new key comes here by itself. With KEYMAKER_PASSPHRASE_COMMAND or KEYMAKER_PASSPHRASE set, this computer opens the whole flock.',
		},
	);
}

/** The error of what only the flock's own key opens. */
export function notHosts(): FlockError {
	return new FlockError(
		'not-granted',
		'This computer opens the bots that are granted to it, and not the flock’s history.',
		{
			hint: 'Ask for it where the flock is looked after.',
		},
	);
}

/** How many bots of a flock a computer does not open. */
export function otherBots(count: number): string {
	return count === 1
		? '1 other bot is not granted to this computer.'
		: `${count} other bots are not granted to this computer.`;
}
