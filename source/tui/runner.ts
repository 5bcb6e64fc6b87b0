import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {checkKeys} from '../keymaker/check.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {AppInUse} from '../keymaker/keymaker.ts';
import {addSample} from '../keymaker/sample.ts';
import type {Services} from '../services.ts';
import {foreseen} from '../system/errors.ts';
import {createAuthorizing} from './authorize/work.ts';
import {exportKeys} from './export/work.ts';
import {previewLineCount} from './flock/preview.ts';
import type {Action, AppExit, Effect} from './model/action.ts';
import {createAttempts} from './model/attempts.ts';
import {expected, type Problem, problemOf} from './model/problem.ts';
import type {AppInfo} from './model/state.ts';
import {createForgetting} from './overlay/work.ts';

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
 * A `FlockError` is an expected result; anything else ends the program, unless a key is in memory alone.
 */
export function createRunner(services: Services, dispatch: (action: Action) => void, host: Host): Runner {
	const {poems, keystore, keymaker, desktop} = services;
	const attempts = createAttempts();
	const timers = new Set<NodeJS.Timeout>();
	const authorizing = createAuthorizing(services, dispatch, attempts, read);
	const forgetting = createForgetting(services, dispatch, read);
	let reading: Promise<void> | null = null;
	let nextReading: Promise<void> | null = null;
	let poemTimer: NodeJS.Timeout | null = null;

	async function perform(effect: Effect): Promise<void> {
		switch (effect.type) {
			case 'read':
				return read();
			case 'read-poem':
				return readPoemSoon(effect);
			case 'request-link':
				return authorizing.requestLink(effect);
			case 'leave':
				attempts.leave(effect.attempt);
				return;
			case 'drop-link':
				keymaker.drop(effect.link);
				return;
			case 'submit-pin':
				return authorizing.submitPin(effect);
			case 'retry-save':
				return authorizing.retrySave(effect);
			case 'decide':
				return authorizing.decide(effect);
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
				return authorizing.tryApp(effect);
			case 'export':
				return exportKeys(effect, services, dispatch);
			case 'add-sample':
				return makeSample();
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
			const {flock, folder, app} = await readFlock(services);
			dispatch({type: 'read', flock, folder, ...appOf(app)});
		} catch (error) {
			dispatch({type: 'read-failed', problem: problemOf(expected(error))});
		}
	}

	function readPoemSoon({poem, agreed}: Effect & {type: 'read-poem'}): void {
		if (poemTimer !== null) {
			clearTimeout(poemTimer);
			timers.delete(poemTimer);
		}

		poemTimer = startTimer(restMs, () =>
			run(async () =>
				dispatch({type: 'poem', bot: poem.bot, text: await poems.text(poem, previewLineCount, agreed)}),
			),
		);
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

	async function makeSample(): Promise<void> {
		const sample = await addSample(poems.path);
		await read();
		tell(
			sample === null ? 'There are poems already.' : `${sample} is a sample poem, and the first bot.`,
			'good',
		);
	}

	async function check({attempt: number, bots}: Effect & {type: 'check'}): Promise<void> {
		await attempts.run(number, async signal => {
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
			// With a key in memory alone, nothing ends the program but the person.
			if (error instanceof FlockError || keymaker.unsaved().length > 0) {
				const {message, hint} = foreseen(error);
				tell(`${message} ${hint}`, 'bad');
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

			attempts.stop();
		},
	};
}

/** The app key in use, as it may be drawn. */
function appOf(inUse: AppInUse): {app: AppInfo | null; appProblem?: Problem} {
	if (inUse === null || inUse instanceof FlockError) {
		return {app: null, ...(inUse === null ? {} : {appProblem: problemOf(inUse)})};
	}

	return {app: {consumerKey: inUse.appKey.consumerKey, from: inUse.from}};
}
