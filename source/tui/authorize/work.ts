import {FlockError} from '../../flock/error.ts';
import {recordInfo} from '../../flock/key.ts';
import {shellWord} from '../../flock/shell-word.ts';
import {visible} from '../../flock/visible.ts';
import {accountOf, heldSentence} from '../../flock/words.ts';
import type {Decision, Link, Outcome, Settled} from '../../keymaker/keymaker.ts';
import type {Services} from '../../services.ts';
import type {OutcomeInfo} from '../model/action.ts';
import {expected, problemOf} from '../model/problem.ts';
import type {Tools, Work} from '../model/work.ts';
import {createCallbacks} from './work-callback.ts';

type AuthorizeWork = Pick<
	Work,
	| 'request-link'
	| 'drop-link'
	| 'submit-pin'
	| 'submit-verifier'
	| 'retry-save'
	| 'save-waiting'
	| 'decide'
	| 'copy'
	| 'open'
	| 'open-link'
>;

/** No screen waits for a key of an earlier run. */
const ofNobody = -1;

/** The result that needs the person most comes last and stays on the screen. */
const outcomeOrder: readonly Outcome['kind'][] = ['saved', 'held', 'unsaved'];

/** The work of an authorization: asks X for links and keys, saves them, and opens, copies and shows links. */
export function authorizeWork({services, dispatch, attempts, undos, read, notify}: Tools): AuthorizeWork {
	const {keymaker, keystore, desktop} = services;
	const callbacks = createCallbacks(dispatch);

	async function discard(bot: string, tokenId: string): Promise<Decision> {
		const discarded = await keymaker.discard(bot, tokenId);
		undos.unshift([{bot, undo: discarded.undo}]);
		return discarded;
	}

	/** Exchanges what a link has led to for a key. A link that is void then is listened for no more. */
	async function exchange(
		attempt: number,
		link: Link,
		ask: (signal: AbortSignal) => Promise<Outcome>,
	): Promise<void> {
		const work = async (signal: AbortSignal) => {
			try {
				const outcome = await ask(signal);
				callbacks.end(link.id);
				dispatch({type: 'exchanged', attempt, outcome: outcomeInfo(outcome)});
			} catch (error) {
				const problem = problemOf(expected(error));
				const alive = keymaker.isAlive(link);
				if (!alive) {
					callbacks.end(link.id);
				}

				dispatch({type: 'pin-failed', attempt, problem, alive});
			}
		};

		await attempts.run(attempt, work, true);
	}

	return {
		async 'request-link'({bot, attempt, callbackPort}) {
			await attempts.run(attempt, async signal => {
				callbacks.endOf(bot);
				try {
					// The first frame does without.
					const {requestCallingLink} = await import('../../keymaker/calling-link.ts');
					const port = callbackPort ?? null;
					const {link, listening, pinInstead} = await requestCallingLink(services, bot, port, {signal});
					if (listening !== null) {
						callbacks.expect(link, listening);
					}

					const why = pinInstead === null ? {} : {pinInstead: problemOf(pinInstead)};
					dispatch({type: 'link', attempt, link, ...why});
				} catch (error) {
					const known = expected(error);
					const record = known.code === 'held' ? await keystore.get(bot) : null;
					const held = record === null ? [] : recordInfo(record).held;
					dispatch(
						held.length === 0
							? {type: 'link-failed', attempt, problem: problemOf(known)}
							: {type: 'link-held', attempt, held},
					);
				}
			});
		},
		'drop-link'({link}) {
			callbacks.end(link.id);
			keymaker.drop(link);
		},
		async 'submit-verifier'({attempt, link, verifier}) {
			const say = (sentence: string) => callbacks.say(link.id, sentence);
			await exchange(attempt, link, signal => keymaker.submitDelivered(link, verifier, say, {signal}));
		},
		async 'submit-pin'({attempt, link, pin}) {
			await exchange(attempt, link, signal => keymaker.submitPin(link, pin, {signal}));
		},
		async 'retry-save'({attempt, bot}) {
			await attempts.run(attempt, async () => {
				const outcomes = await keymaker.retrySave(bot);
				outcomes.sort((one, other) => outcomeOrder.indexOf(one.kind) - outcomeOrder.indexOf(other.kind));
				for (const outcome of outcomes) {
					dispatch({type: 'exchanged', attempt, outcome: outcomeInfo(outcome)});
				}

				if (outcomes.length === 0) {
					// Another program saved the waiting keys.
					await read();
				}
			});
		},
		async 'save-waiting'() {
			for (const outcome of await keymaker.saveWaiting()) {
				// Shows the keys that still wait.
				if (outcome.kind !== 'unsaved') {
					dispatch({type: 'exchanged', attempt: ofNobody, outcome: outcomeInfo(outcome)});
				}
			}
		},
		async decide({attempt, bot, tokenId, keep}) {
			try {
				const {key} = await (keep ? keymaker.keep(bot, tokenId) : discard(bot, tokenId));

				await read();
				dispatch({type: 'decided', attempt, kept: keep, bot, tokenId, key});
			} catch (error) {
				const known = expected(error);
				if (known.code === 'held-changed') {
					await read();
				}

				dispatch({type: 'decide-failed', attempt, problem: problemOf(known)});
			}
		},
		async copy({text, what}) {
			const {sentence} = await desktop.copy(text);
			notify(what === undefined ? sentence : `${sentence.replace(/\.$/, '')}: ${what}`);
		},
		async open({url}) {
			notify((await desktop.open(url)).sentence);
		},
		async 'open-link'({url}) {
			const {started, sentence, window} = await desktop.openLink(url);
			notify(sentence);
			if (started) {
				dispatch({type: 'opened', opened: {url, window: window.kind}});
			}
		},
	};
}

/** The result of an exchange that was running when the screen closed, as printed afterwards. */
export function outcomeSentence({bot, result}: Settled): string {
	const name = visible(bot);
	if (result instanceof FlockError) {
		const why = result.code === 'x-timeout' ? 'X did not answer' : result.message.replace(/\.$/, '');
		return `${why}; no key was made for ${name}.`;
	}

	switch (result.kind) {
		case 'saved':
			return result.key.accessLevel === 'read'
				? `${name} has the key of ${accountOf(result.key)}, which is read-only.`
				: `${name} is ready: the key of ${accountOf(result.key)} is saved.`;
		case 'held': {
			const held = heldSentence(result.key, result.reason, result.otherBot);
			return `${held} The key of ${name} waits for your decision: run keymaker keep ${shellWord(bot)} to use it.`;
		}
		case 'unsaved': {
			const given = `X gave the key of ${accountOf(result.key)} for ${name}`;
			return result.waits
				? `${given}. It waits on this computer until it can be saved: ${result.error.message}`
				: `${given}, but it could not be saved: ${result.error.message}`;
		}
	}
}

/** A bot's unsaved keys as lines, for the person to write down. */
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
