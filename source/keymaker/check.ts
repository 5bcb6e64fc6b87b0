import {type ErrorCode, FlockError} from '../flock/error.ts';
import {type Key, type KeyInfo, keyInfo} from '../flock/key.ts';
import type {Keystore} from '../keystore/keystore.ts';
import type {X} from '../x/x.ts';
import type {AppInUse} from './app-key.ts';
import {appKeyFor, noKeyError} from './in-force.ts';
import {keepLearnt, type LearntKeeper} from './learnt.ts';

/** What X takes for a user read, in dollars, by its published list. */
export const dollarsPerCall = 0.01;

/** How many keys X is asked about at once. */
export const checksAtOnce = 8;

/** The longest that a limit of X is waited for, in milliseconds: its window of a quarter of an hour, and never its day. */
const longestWait = 16 * 60 * 1000;

/** X's answers that say of a key that it is refused, until X says otherwise. What an app or its plan lacks is no fault of a key. */
const refusesKey: ReadonlySet<ErrorCode> = new Set(['x-token', 'x-account-suspended', 'x-account-locked']);

/** What X said of one bot's key. */
export type CheckResult = {
	bot: string;
	/** The key as it is known now; `null` where the bot has none. */
	key: KeyInfo | null;
	/** The handle before, where the account was renamed. */
	renamedFrom: string | null;
	/** Why X could not say who it is, or refused it. */
	error: FlockError | null;
};

/** What checking needs. */
export type CheckServices = {
	x: X;
	keystore: Keystore;
	appSource(): Promise<AppInUse>;
	now(): number;
};

/** How a check goes. */
export type CheckOptions = {
	/** Stops the check; what was learnt by then is kept. */
	signal?: AbortSignal;
	/** Called as each bot's answer comes. */
	onResult?(result: CheckResult): void;
	/** Called when a limit of X is waited for, until then (milliseconds since 1970). Where it is left out, none is. */
	onWait?(until: number): void;
};

/**
 * Asks X who each bot's key is, `checksAtOnce` at a time, and records handle, access level and time.
 * One bad key never stops the rest. A limit of minutes is waited for, for all of them at once, as long as X has answered
 * something since the last wait; for a longer one, nothing more is asked. A limit of one account's day stops that bot
 * alone, one of an app's day stops the app's.
 * @returns the results in the order in which they came; a bot without one was not asked.
 * @throws FlockError `keystore-…`, where no further key is asked about
 */
export async function checkKeys(
	bots: readonly string[],
	services: CheckServices,
	{signal, onResult, onWait}: CheckOptions = {},
): Promise<CheckResult[]> {
	const {keystore} = services;
	const queue = [...bots];
	const results: CheckResult[] = [];
	// Read at once: one by one, each save of what was learnt made the next one read the file anew, most of the check's time.
	let records = await keystore.getAll(bots);
	const inUse = await services.appSource();
	const learnt = keepLearnt(keystore, () => {
		// What cannot be kept need not be asked for: X bills it.
		queue.length = 0;
	});
	let pause: Promise<boolean> | null = null;
	let hasAnswered = true;

	async function worker(): Promise<void> {
		for (let bot = queue.shift(); bot !== undefined && !signal?.aborted; bot = queue.shift()) {
			while (pause !== null) {
				await pause;
			}

			if (signal?.aborted) {
				return;
			}

			const key = records.get(bot)?.key ?? null;
			const result = await checkOne(bot, key, services, inUse, learnt, signal);
			if (result.error?.code === 'cancelled') {
				return;
			}

			const {limit = null, retryAt = null} = result.error ?? {};
			if (limit === 'window' && retryAt !== null && onWait !== undefined) {
				if (pause === null && hasAnswered && retryAt - services.now() <= longestWait) {
					hasAnswered = false;
					pause = waitUntil(retryAt, onWait).finally(() => {
						pause = null;
					});
				}

				if (pause !== null) {
					if (await pause) {
						queue.push(bot);
					}

					continue;
				}

				queue.length = 0;
			} else if (limit === 'app-day' && key !== null) {
				const {consumerKey} = key;
				const others = queue.filter(other => records.get(other)?.key?.consumerKey !== consumerKey);
				queue.splice(0, queue.length, ...others);
			} else {
				hasAnswered = true;
			}

			results.push(result);
			onResult?.(result);
		}
	}

	async function waitUntil(until: number, tell: (until: number) => void): Promise<boolean> {
		tell(until);
		const waited = await sleep(Math.max(0, until - services.now()), signal);
		if (waited) {
			// A quarter of an hour is long enough for other programs to save other keys.
			records = await keystore.getAll(bots);
		}

		return waited;
	}

	await Promise.all(Array.from({length: Math.min(checksAtOnce, bots.length)}, worker)).finally(learnt.finish);
	return results;
}

async function checkOne(
	bot: string,
	key: Key | null,
	{x, keystore, now}: CheckServices,
	inUse: AppInUse,
	learnt: LearntKeeper,
	signal: AbortSignal | undefined,
): Promise<CheckResult> {
	if (key === null) {
		return {bot, key: null, renamedFrom: null, error: noKeyError(bot)};
	}

	const appKey = await appKeyFor(bot, key, keystore, inUse);
	if (appKey instanceof FlockError) {
		return {bot, key: keyInfo(key), renamedFrom: null, error: appKey};
	}

	const checkedAt = new Date(now()).toISOString();
	try {
		const account = await x.whoIs(appKey, key, signal);
		const fields = {
			userId: account.userId,
			handle: account.handle,
			accessLevel: account.accessLevel ?? key.accessLevel,
			rejected: false,
			checkedAt,
		};
		learnt.keep(bot, key.accessToken, fields);
		const renamedFrom = account.handle === key.handle ? null : key.handle;
		return {bot, key: {...keyInfo(key), ...fields}, renamedFrom, error: null};
	} catch (error) {
		if (!(error instanceof FlockError)) {
			throw error;
		}

		const refused = refusesKey.has(error.code) ? {rejected: true, checkedAt} : {};
		if (refusesKey.has(error.code)) {
			learnt.keep(bot, key.accessToken, refused);
		}

		return {bot, key: {...keyInfo(key), ...refused}, renamedFrom: null, error};
	}
}

/** The longest that one timer runs, in milliseconds: timers stand still while a computer sleeps, and X's limits do not. */
const longestTimer = 5000;

/** Resolves true after so many milliseconds of this computer's clock, false once aborted. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
	const end = Date.now() + ms;
	return new Promise(resolve => {
		let timer: NodeJS.Timeout;
		const abort = () => {
			clearTimeout(timer);
			resolve(false);
		};
		function look(): void {
			const left = end - Date.now();
			if (left > 0) {
				timer = setTimeout(look, Math.min(left, longestTimer));
				return;
			}

			signal?.removeEventListener('abort', abort);
			resolve(true);
		}

		if (signal?.aborted) {
			resolve(false);
			return;
		}

		signal?.addEventListener('abort', abort, {once: true});
		look();
	});
}
