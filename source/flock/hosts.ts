import {FlockError} from './error.ts';
import {shellWord} from './shell-word.ts';
import {visible} from './visible.ts';

/** The error for a bot that this host cannot open. */
export function notGranted(bot: string): FlockError {
	return new FlockError('not-granted', `${visible(bot)} is not granted to this computer.`, {
		hint: `Run this where you manage the flock: keymaker grant ${shellWord(bot)} --to age1… --name NAME`,
	});
}

/** Names of hosts, which need no quotes in a shell. */
const goodName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** True if a text contains an identity, which is a secret and easily pasted instead of a recipient. */
export function holdsIdentity(text: string): boolean {
	return /AGE-SECRET-KEY/i.test(text);
}

/** The error for a text without a recipient's form; `null` if it has that. */
export function recipientError(text: string): FlockError | null {
	if (holdsIdentity(text)) {
		return notIdentity();
	}

	return /^age1[a-z0-9]{58}$/.test(text) ? null : notRecipient(text);
}

/** The error for an identity instead of a recipient. */
export function notIdentity(): FlockError {
	return new FlockError(
		'usage',
		'That is an identity, not a recipient. It is secret, and other users may have read it.',
		{
			hint: 'Delete its file on the host, run `keymaker host init` there again, and use the recipient that it prints.',
		},
	);
}

/** The error for a text that is not a recipient. */
export function notRecipient(text: string): FlockError {
	return new FlockError('usage', `${shown(text)} is not a recipient.`, {
		hint: 'Run `keymaker host init` on the host and use what it prints: age1 and 58 letters and digits.',
	});
}

/** The error for a text that is not a valid name for a host; `null` if it is. */
export function hostNameError(name: string): FlockError | null {
	return goodName.test(name)
		? null
		: new FlockError('usage', `${shown(name)} is not a valid name for a host.`, {
				hint: 'Use letters, digits, dots, dashes and underscores, such as web1.',
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

function shown(text: string): string {
	return text === '' ? 'An empty text' : visible(text);
}
