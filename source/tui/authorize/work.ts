import {recordInfo} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {accountOf} from '../../flock/words.ts';
import {cleanAppKey} from '../../keymaker/app-key.ts';
import type {Outcome} from '../../keymaker/keymaker.ts';
import type {Services} from '../../services.ts';
import type {Action, Effect, OutcomeInfo} from '../model/action.ts';
import type {Attempts} from '../model/attempts.ts';
import {expected, problemOf} from '../model/problem.ts';

/** The part of the runner that asks X for links and keys. */
export type Authorizing = {
	requestLink(effect: Effect & {type: 'request-link'}): Promise<void>;
	submitPin(effect: Effect & {type: 'submit-pin'}): Promise<void>;
	retrySave(effect: Effect & {type: 'retry-save'}): Promise<void>;
	decide(effect: Effect & {type: 'decide'}): Promise<void>;
	tryApp(effect: Effect & {type: 'try-app'}): Promise<void>;
};

/**
 * Builds it.
 * @param read reads the flock anew, so that what is said about it and what is shown of it agree.
 */
export function createAuthorizing(
	{keymaker, keystore, x}: Services,
	dispatch: (action: Action) => void,
	attempts: Attempts,
	read: () => Promise<void>,
): Authorizing {
	async function requestLink({bot, attempt: number}: Effect & {type: 'request-link'}): Promise<void> {
		await attempts.run(number, async signal => {
			try {
				dispatch({type: 'link', attempt: number, link: await keymaker.requestLink(bot, {signal})});
			} catch (error) {
				const known = expected(error);
				const record = known.code === 'held' ? await keystore.get(bot) : null;
				const held = record === null ? [] : recordInfo(record).held;
				dispatch(
					held.length === 0
						? {type: 'link-failed', attempt: number, problem: problemOf(known)}
						: {type: 'link-held', attempt: number, held},
				);
			}
		});
	}

	async function submitPin({attempt: number, link, pin}: Effect & {type: 'submit-pin'}): Promise<void> {
		const work = async (signal: AbortSignal) => {
			try {
				const outcome = await keymaker.submitPin(link, pin, {signal});
				dispatch({type: 'exchanged', attempt: number, outcome: outcomeInfo(outcome)});
			} catch (error) {
				const problem = problemOf(expected(error));
				dispatch({type: 'pin-failed', attempt: number, problem, alive: keymaker.isAlive(link)});
			}
		};

		await attempts.run(number, work, true);
	}

	async function decide({attempt: number, bot, tokenId, keep}: Effect & {type: 'decide'}): Promise<void> {
		try {
			const {key} = await (keep ? keymaker.keep(bot, tokenId) : keymaker.discard(bot, tokenId));
			await read();
			dispatch({type: 'decided', attempt: number, kept: keep, bot, tokenId, key});
		} catch (error) {
			const known = expected(error);
			if (known.code === 'held-changed') {
				await read();
			}

			dispatch({type: 'decide-failed', attempt: number, problem: problemOf(known)});
		}
	}

	async function retrySave({attempt: number, bot}: Effect & {type: 'retry-save'}): Promise<void> {
		await attempts.run(number, async () => {
			const outcomes = await keymaker.retrySave(bot);
			// What asks the most of the person comes last, and stays on the screen.
			const order: readonly Outcome['kind'][] = ['saved', 'held', 'unsaved'];
			for (const outcome of outcomes.sort(
				(one, other) => order.indexOf(one.kind) - order.indexOf(other.kind),
			)) {
				dispatch({type: 'exchanged', attempt: number, outcome: outcomeInfo(outcome)});
			}
		});
	}

	async function tryApp({
		attempt: number,
		consumerKey,
		consumerSecret,
	}: Effect & {type: 'try-app'}): Promise<void> {
		await attempts.run(number, async signal => {
			try {
				const appKey = cleanAppKey({consumerKey, consumerSecret: consumerSecret.reveal()});
				await x.tryAppKey(appKey, signal);
				await keystore.saveAppKey(appKey);
				dispatch({type: 'app-saved', attempt: number, app: {consumerKey: appKey.consumerKey, from: 'setup'}});
			} catch (error) {
				dispatch({type: 'app-refused', attempt: number, problem: problemOf(expected(error))});
			}
		});
	}

	return {requestLink, submitPin, retrySave, decide, tryApp};
}

/** The lines of a bot's unsaved keys, for the person who wants to write them down. */
export function revealedLines({keymaker}: Services, bot: string): string[] {
	return keymaker
		.reveal(bot)
		.flatMap(key => [
			`${accountOf(key)} · user id: ${visible(key.userId)}`,
			'Access Token:',
			key.accessToken,
			'Access Token Secret:',
			key.accessSecret,
		]);
}

function outcomeInfo(outcome: Outcome): OutcomeInfo {
	if (outcome.kind !== 'unsaved') {
		return outcome;
	}

	const {error, ...rest} = outcome;
	return {...rest, problem: problemOf(error)};
}
