import {FlockError} from '../flock/error.ts';
import {type Key, type KeyInfo, keyInfo} from '../flock/key.ts';
import type {Keystore} from '../keystore/keystore.ts';
import type {X} from '../x/x.ts';
import type {AppInUse} from './app-key.ts';
import {appKeyFor, noKeyError} from './in-force.ts';
import {keepLearnt, type LearntKeeper} from './learnt.ts';

/** How many keys X is asked about at once. */
export const checksAtOnce = 8;

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
	/** Called when X wants a pause until then (milliseconds since 1970); returning false ends the check. */
	onWait?(until: number): boolean;
};

/**
 * Asks X who each bot's key is, `checksAtOnce` at a time, and records handle, access level and time.
 * One bad key never stops the rest; a 429 is waited out by its header, for all of them at once.
 * @returns the results in the order in which they came; fewer than bots where the check was stopped.
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

	async function worker(): Promise<void> {
		for (let bot = queue.shift(); bot !== undefined && !signal?.aborted; bot = queue.shift()) {
			const key = records.get(bot)?.key ?? null;
			const result = await checkOne(bot, key, services, inUse, learnt, signal);
			if (result.error?.code === 'cancelled') {
				return;
			}

			if (result.error?.code === 'x-rate-limit' && result.error.retryAt !== null && onWait !== undefined) {
				pause ??= waitUntil(result.error.retryAt, onWait).finally(() => {
					pause = null;
				});
				if (await pause) {
					queue.push(bot);
					continue;
				}

				queue.length = 0;
			}

			results.push(result);
			onResult?.(result);
		}
	}

	async function waitUntil(until: number, ask: (until: number) => boolean): Promise<boolean> {
		const waited = ask(until) && (await sleep(Math.max(0, until - services.now()), signal));
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

		const refused = error.code === 'x-token' ? {rejected: true, checkedAt} : {};
		if (error.code === 'x-token') {
			learnt.keep(bot, key.accessToken, refused);
		}

		return {bot, key: {...keyInfo(key), ...refused}, renamedFrom: null, error};
	}
}

/** Resolves true after so many milliseconds, false once aborted. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
	return new Promise(resolve => {
		if (signal?.aborted) {
			resolve(false);
			return;
		}

		const timer = setTimeout(done, ms, true);
		const abort = () => done(false);
		signal?.addEventListener('abort', abort, {once: true});
		function done(whole: boolean): void {
			clearTimeout(timer);
			signal?.removeEventListener('abort', abort);
			resolve(whole);
		}
	});
}
