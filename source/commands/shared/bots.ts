import {FlockError} from '../../flock/error.ts';
import type {Bot, Flock} from '../../flock/flock.ts';
import {notGranted} from '../../flock/hosts.ts';
import {nearest} from '../../flock/nearest.ts';
import {oneForm} from '../../flock/poem.ts';
import {visible} from '../../flock/visible.ts';
import {namesOfHeld} from '../../flock/words.ts';

/**
 * The bot with exactly this name, however its accents are typed.
 * @param others on a host, the bots that it cannot open
 * @throws FlockError `unknown-bot`, with the most similar name, `not-granted`
 */
export function findBot(name: string, flock: Flock, others: ReadonlySet<string> | null = null): Bot {
	const wanted = oneForm(name);
	const bot = flock.find(candidate => candidate.name === wanted);
	if (bot === undefined) {
		throw others?.has(wanted) ? notGranted(wanted) : unknownBot(name, flock);
	}

	return bot;
}

/** The bots with these names, each once, in the order given. @param others as in `findBot`. @throws like `findBot` */
export function findBots(
	names: readonly string[],
	flock: Flock,
	others: ReadonlySet<string> | null = null,
): Bot[] {
	return [...new Set(names.map(oneForm))].map(name => findBot(name, flock, others));
}

/** A bot and its accounts, for a question about them. */
export function botAndAccount({name, key, held, previous}: Bot): string {
	const account = key ?? held[0]?.key ?? previous;
	const others = held.filter(one => one.key !== account);
	const bot = visible(name);
	if (account === null) {
		return bot;
	}

	const handle = account.handle === '' ? '' : `@${visible(account.handle)}, `;
	const also = others.length === 0 ? '' : `; waiting: ${namesOfHeld(others)}`;
	return `${bot} (${handle}account ${visible(account.userId)}${also})`;
}

function unknownBot(name: string, flock: Flock): FlockError {
	const near = nearest(
		name,
		flock.map(bot => bot.name),
	);
	return new FlockError('unknown-bot', `No bot named ${visible(name)}.`, {
		hint: near === null ? 'Run keymaker list to see all bots.' : `Did you mean ${visible(near)}?`,
	});
}
