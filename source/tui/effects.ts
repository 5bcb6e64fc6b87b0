import {FlockError} from '../flock/error.ts';
import {keyInfo} from '../flock/key.ts';
import type {Poem} from '../flock/poem.ts';
import {visible} from '../flock/visible.ts';
import {cleanAppKey} from '../keymaker/app-key.ts';
import {checkKeys} from '../keymaker/check.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Outcome} from '../keymaker/keymaker.ts';
import type {Services} from '../services.ts';
import type {Action, AppExit, Effect, OutcomeInfo} from './action.ts';
import {createForgetting} from './forgetting.ts';
import {expected, problemOf} from './problem.ts';
import {previewLineCount} from './screens/preview.ts';

/** What the runner needs of the window. */
export type Host = {
	end(exit: AppExit): void;
	suspend(): Promise<void>;
	/** Ends the program after something that nobody foresaw. */
	fail(error: unknown): void;
};

/** Does the work that the reducer asks for. */
export type Runner = {
	run(effect: Effect): void;
	/** Stops timers and whatever can still be cancelled. */
	stop(): void;
};

/** How long the selection rests before its poem is read; milliseconds. */
const restMs = 25;

/**
 * Builds the runner: every result comes back as an action with its attempt's number.
 * A `FlockError` is an expected result; anything else ends the program.
 */
export function createRunner(services: Services, dispatch: (action: Action) => void, host: Host): Runner {
	const {poems, keystore, x, keymaker, desktop, appSource} = services;
	const attempts = new Map<number, AbortController>();
	const exchanges = new Set<number>();
	const timers = new Set<NodeJS.Timeout>();
	const forgetting = createForgetting(services, dispatch, read);
	let reading: Promise<void> | null = null;
	let nextReading: Promise<void> | null = null;
	let poemTimer: NodeJS.Timeout | null = null;

	async function perform(effect: Effect): Promise<void> {
		switch (effect.type) {
			case 'read':
				return read();
			case 'read-poem':
				return readPoemSoon(effect.poem);
			case 'request-link':
				return requestLink(effect);
			case 'leave':
				attempts.get(effect.attempt)?.abort();
				return;
			case 'drop-link':
				keymaker.drop(effect.link);
				return;
			case 'submit-pin':
				return submitPin(effect);
			case 'retry-save':
				return attempt(effect.attempt, async () => {
					const outcome = await keymaker.retrySave(effect.bot);
					dispatch({type: 'exchanged', attempt: effect.attempt, outcome: outcomeInfo(outcome)});
				});
			case 'decide':
				return decide(effect);
			case 'copy':
				return tell((await desktop.copy(effect.text)).sentence);
			case 'open':
				return tell((await desktop.open(effect.url)).sentence);
			case 'expect-handle':
				return expectHandle(effect);
			case 'check':
				return check(effect);
			case 'forget':
				return forgetting.forget(effect.bots);
			case 'revoke':
				return forgetting.revoke(effect.bots);
			case 'bring-back':
				return forgetting.bringBack();
			case 'try-app':
				return tryApp(effect);
			case 'timer':
				startTimer(effect.ms, () => dispatch({type: 'timer', timer: effect.timer}));
				return;
			case 'suspend':
				return host.suspend();
			case 'end':
				host.end(effect.exit);
		}
	}

	/** Reads the flock anew. Whatever changes during a reading is read once more, however often it changed. */
	function read(): Promise<void> {
		if (reading === null) {
			reading = readOnce().finally(() => {
				reading = null;
			});
			return reading;
		}

		nextReading ??= reading
			.catch(() => {})
			.then(() => {
				nextReading = null;
				return read();
			});
		return nextReading;
	}

	async function readOnce(): Promise<void> {
		try {
			const [{flock, folder}, source] = await Promise.all([readFlock(services), appSource()]);
			const app = source === null ? null : {consumerKey: source.appKey.consumerKey, from: source.from};
			dispatch({type: 'read', flock, folder, app});
		} catch (error) {
			dispatch({type: 'read-failed', problem: problemOf(expected(error))});
		}
	}

	function readPoemSoon(poem: Poem): void {
		if (poemTimer !== null) {
			clearTimeout(poemTimer);
			timers.delete(poemTimer);
		}

		poemTimer = startTimer(restMs, () =>
			run(async () =>
				dispatch({type: 'poem', bot: poem.bot, text: await poems.text(poem, previewLineCount)}),
			),
		);
	}

	async function requestLink({bot, attempt: number}: Effect & {type: 'request-link'}): Promise<void> {
		await attempt(number, async signal => {
			try {
				dispatch({type: 'link', attempt: number, link: await keymaker.requestLink(bot, {signal})});
			} catch (error) {
				const known = expected(error);
				const held = known.code === 'held' ? ((await keystore.get(bot))?.held ?? null) : null;
				dispatch(
					held === null
						? {type: 'link-failed', attempt: number, problem: problemOf(known)}
						: {type: 'link-held', attempt: number, key: keyInfo(held.key), reason: held.reason},
				);
			}
		});
	}

	async function submitPin({attempt: number, link, pin}: Effect & {type: 'submit-pin'}): Promise<void> {
		exchanges.add(number);
		await attempt(number, async signal => {
			try {
				const outcome = await keymaker.submitPin(link, pin, {signal});
				dispatch({type: 'exchanged', attempt: number, outcome: outcomeInfo(outcome)});
			} catch (error) {
				const problem = problemOf(expected(error));
				dispatch({type: 'pin-failed', attempt: number, problem, alive: keymaker.isAlive(link)});
			}
		});
	}

	async function decide({attempt: number, bot, keep}: Effect & {type: 'decide'}): Promise<void> {
		try {
			const key = await (keep ? keymaker.keep(bot) : keymaker.discard(bot));
			await read();
			dispatch({type: 'decided', attempt: number, kept: keep, bot, key});
		} catch (error) {
			dispatch({type: 'decide-failed', attempt: number, problem: problemOf(expected(error))});
		}
	}

	async function expectHandle({bot, handle}: Effect & {type: 'expect-handle'}): Promise<void> {
		await keymaker.expectHandle(bot, handle);
		const record = await keystore.get(bot);
		const expectedHandle = record?.expectedHandle ?? null;
		await read();
		tell(
			expectedHandle === null
				? `${visible(bot)} takes any account.`
				: `${visible(bot)} is expected to speak as @${visible(expectedHandle)}.`,
			'good',
		);
	}

	async function check({attempt: number, bots}: Effect & {type: 'check'}): Promise<void> {
		await attempt(number, async signal => {
			try {
				const results = await checkKeys(bots, services, {
					signal,
					onResult: ({bot, error}) =>
						dispatch({type: 'checked', attempt: number, bot, problem: error && problemOf(error)}),
					onWait(until) {
						dispatch({type: 'check-pause', attempt: number, until});
						return true;
					},
				});
				await read();
				dispatch({type: 'check-over', attempt: number, asked: results.length});
			} catch (error) {
				dispatch({type: 'check-over', attempt: number, asked: 0});
				throw error;
			}
		});
	}

	async function tryApp({
		attempt: number,
		consumerKey,
		consumerSecret,
	}: Effect & {type: 'try-app'}): Promise<void> {
		await attempt(number, async signal => {
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

	/** Runs work that `leave` can cancel. */
	async function attempt(number: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
		const controller = new AbortController();
		attempts.set(number, controller);
		try {
			await work(controller.signal);
		} finally {
			attempts.delete(number);
		}
	}

	function tell(text: string, tone: 'plain' | 'good' | 'bad' = 'plain'): void {
		dispatch({type: 'told', text, tone});
	}

	function startTimer(ms: number, callback: () => void): NodeJS.Timeout {
		const timer = setTimeout(() => {
			timers.delete(timer);
			callback();
		}, ms);
		timers.add(timer);
		return timer;
	}

	function run(work: () => Promise<unknown>): void {
		work().catch(error => {
			if (error instanceof FlockError) {
				tell(`${error.message} ${error.hint}`, 'bad');
			} else {
				host.fail(error);
			}
		});
	}

	return {
		run: effect => run(async () => perform(effect)),
		stop() {
			for (const timer of timers) {
				clearTimeout(timer);
			}

			for (const [number, controller] of attempts) {
				// A PIN's key is still saved: to quit is not to give up the bot.
				if (!exchanges.has(number)) {
					controller.abort();
				}
			}
		},
	};
}

/** The lines of an unsaved key, for the person who wants to write it down. */
export function revealedLines({keymaker}: Services, bot: string): string[] {
	const key = keymaker.reveal(bot);
	return key === null
		? []
		: [`User id: ${key.userId}`, 'Access Token:', key.accessToken, 'Access Token Secret:', key.accessSecret];
}

function outcomeInfo(outcome: Outcome): OutcomeInfo {
	if (outcome.kind !== 'unsaved') {
		return outcome;
	}

	const {error, ...rest} = outcome;
	return {...rest, problem: problemOf(error)};
}
