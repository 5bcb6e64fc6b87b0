import {FlockError} from './error.ts';
import {shellWord} from './shell-word.ts';
import {visible} from './visible.ts';

/** The error of a bot that this computer's identity does not open. */
export function notGranted(bot: string): FlockError {
	return new FlockError('not-granted', `${visible(bot)} is not granted to this computer.`, {
		hint: `Where the flock is looked after: keymaker grant ${shellWord(bot)} --to age1… --name NAME`,
	});
}

/** What a host can be called: what a shell takes as it is. */
const goodName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Whether a text is, or holds, an identity: a secret that is sometimes pasted in a recipient's place. */
export function holdsIdentity(text: string): boolean {
	return /AGE-SECRET-KEY/i.test(text);
}

/** The error of a text that cannot be a recipient; `null` if it has a recipient's form. */
export function recipientError(text: string): FlockError | null {
	if (holdsIdentity(text)) {
		return notIdentity();
	}

	return /^age1[a-z0-9]{58}$/.test(text) ? null : notRecipient(text);
}

/** The error of an identity in a recipient's place. */
export function notIdentity(): FlockError {
	return new FlockError('usage', 'That is an identity, which is secret. Others may have read it now.', {
		hint: 'On the host, remove its file and run `keymaker host init` again, then use the recipient that it prints.',
	});
}

/** The error of a text that is not a recipient. */
export function notRecipient(text: string): FlockError {
	return new FlockError('usage', `${shown(text)} is not a recipient.`, {
		hint: 'Use what `keymaker host init` prints on the host: age1 and 58 letters and digits.',
	});
}

/** The error of a text that cannot be a host's name; `null` if it can. */
export function hostNameError(name: string): FlockError | null {
	return goodName.test(name)
		? null
		: new FlockError('usage', `${shown(name)} is not a name for a host.`, {
				hint: 'Use letters, digits, dots, dashes and underscores, such as web1.',
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

function shown(text: string): string {
	return text === '' ? 'An empty text' : visible(text);
}
