import {FlockError} from '../../flock/error.ts';
import type {Bot} from '../../flock/flock.ts';
import {cleanHandle, type HeldInfo, sameHandle} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {namesOfHeld} from '../../flock/words.ts';
import {decisionHint, heldSeveralError} from '../../keymaker/in-force.ts';

/** The input of `keep` and `discard`. */
export type DecisionInput = {
	bot: string;
	/** The account of the held key, by handle or id; `null` for the only one. */
	handle: string | null;
};

/**
 * The held key to decide about.
 * @param account its handle or id; `null` for the only one.
 * @throws FlockError `no-held-key`, `held-several`
 */
export function findHeld({name, held}: Bot, account: string | null): HeldInfo {
	const found =
		account === null
			? held
			: held.filter(({key}) => sameHandle(key.handle, account) || key.userId === account.trim());
	const [first] = found;
	if (first === undefined) {
		throw held.length === 0 || account === null
			? noHeldKeyError(name)
			: noSuchHeldKeyError(name, account, held);
	}

	if (found.length > 1) {
		throw heldSeveralError(name, found);
	}

	return first;
}

/** The lines about keys that still wait after a decision; none if none do. */
export function leftLines(bot: string, left: readonly HeldInfo[]): string[] {
	return left.length === 0
		? []
		: [
				`${visible(bot)} still has ${left.length === 1 ? 'a key' : 'keys'} of ${namesOfHeld(left)} to decide about.`,
				`  ${decisionHint(bot, left)}`,
			];
}

function noHeldKeyError(bot: string): FlockError {
	return new FlockError('no-held-key', `${visible(bot)} has no key to decide about.`, {
		hint: 'Run keymaker list to see which bots have one.',
	});
}

function noSuchHeldKeyError(bot: string, account: string, held: readonly HeldInfo[]): FlockError {
	return new FlockError(
		'no-held-key',
		`${visible(bot)} has no key of @${visible(cleanHandle(account))} to decide about, only of ${namesOfHeld(held)}.`,
		{hint: decisionHint(bot, held)},
	);
}
