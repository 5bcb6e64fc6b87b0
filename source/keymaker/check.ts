import {type ErrorCode, FlockError} from '../flock/error.ts';
import {type Key, type KeyInfo, keyInfo} from '../flock/key.ts';
import type {Keystore} from '../keystore/keystore.ts';
import type {X} from '../x/x.ts';
import type {AppInUse} from './app-key.ts';
import {appKeyFor, noKeyError} from './in-force.ts';
import {keepLearnt, type LearntKeeper} from './learnt.ts';

/** X's list price of a user read, in dollars. */
export const dollarsPerCall = 0.01;

/** How many keys to ask X about at the same time. */
export const checksAtOnce = 8;

/** The longest X limit to wait for, in milliseconds: its window of a quarter of an hour, never its daily one. */
const longestWait = 16 * 60 * 1000;

/**
 * X's answers that mean it rejects a key, until X says otherwise. Problems of an app or its plan are not a
 * key's fault.
 */
const refusesKey: ReadonlySet<ErrorCode> = new Set(['x-token', 'x-account-suspended', 'x-account-locked']);

/** X's answer about one bot's key. */
export type CheckResult = {
	bot: string;
	/** The current key; `null` if the bot has none. */
	key: KeyInfo | null;
	/** The old handle, if the account was renamed. */
	renamedFrom: string | null;
	/** Why X rejected it or could not identify it. */
	error: FlockError | null;
};

/** What checking needs. */
export type CheckServices = {
	x: X;
	keystore: Keystore;
	appSource(): Promise<AppInUse>;
	now(): number;
};

/** The options of a check. */
export type CheckOptions = {
	/** Stops the check, and keeps what was learned so far. */
	signal?: AbortSignal;
	/** Called as each bot's answer arrives. */
	onResult?(result: CheckResult): void;
	/**
	 * Called before waiting for an X limit, with its end (milliseconds since 1970). Without it, check waits
	 * for none.
	 */
	onWait?(until: number): void;
};

/**
 * Asks X who each bot's key is, `checksAtOnce` at the same time, and saves handle, access level and time. One
 * bad key never stops the rest. The check waits for a limit of minutes, once for all keys, if X answered
 * something since the last wait. For a longer limit it asks nothing more. A daily limit of one account stops
 * only that bot, a daily limit of an app stops that app's bots.
 * @returns the results in the order of arrival; a bot without one was not asked about.
 * @throws FlockError `keystore-…`; then no further key is asked about
 */
export async function checkKeys(
	bots: readonly string[],
	services: CheckServices,
	{signal, onResult, onWait}: CheckOptions = {},
): Promise<CheckResult[]> {
	const {keystore} = services;
	const queue = [...bots];
	const results: CheckResult[] = [];
	// Read together: one by one, each save would make the next one read the file again, most of the check's
	// time.
	let records = await keystore.getAll(bots);
	const inUse = await services.appSource();
	const learnt = keepLearnt(keystore, () => {
		// X bills each call, so do not ask what cannot be saved.
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
			// In a quarter of an hour other programs can save other keys.
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

/** The longest timer, in milliseconds: timers stop while a computer sleeps, but X's limits do not. */
const longestTimer = 5000;

/** Resolves true after some milliseconds of this computer's clock, or false when aborted. */
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
