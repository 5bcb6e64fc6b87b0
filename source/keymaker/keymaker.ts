import {refusedCallback} from '../flock/callback.ts';
import {FlockError} from '../flock/error.ts';
import {
	appTail,
	emptyRecord,
	type FreshKey,
	type Held,
	type HeldInfo,
	type HeldReason,
	heldInfo,
	type Key,
	type KeyInfo,
	keyInfo,
	keysOf,
	type RequestToken,
	tokenIdOf,
	type WantedAccess,
} from '../flock/key.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import type {Keystore, WaitingKey} from '../keystore/keystore.ts';
import {foreseen} from '../system/errors.ts';
import {type Becomes, unfinished} from '../system/unfinished.ts';
import type {Grant, X} from '../x/x.ts';
import type {AppInUse, AppSource} from './app-key.ts';
import {noKeySentence, pageSentence} from './called-back.ts';
import {speakingAs, type Verdict, withoutHeld} from './guard.ts';
import {handleOf} from './handle.ts';
import {heldChangedError, heldError} from './in-force.ts';
import {cleanPin} from './pin.ts';
import {taking, takingWaited} from './taking.ts';
import {createUnsavedKeys} from './unsaved.ts';

/** An authorize link, safe to draw: the request token's secret stays in the keymaker. */
export type Link = {
	/** Identifies this link for `submitPin`: the request token, which is in the address, too. */
	id: string;
	bot: string;
	/** The address of X's page. */
	url: string;
	/** The handle that X's page asks for, without @. */
	expectedHandle: string | null;
	/** The consumer key of the app, and its origin. */
	app: {consumerKey: string; from: AppSource['from']};
	/** The address that X sends the browser to; `null` where X shows a PIN. */
	callback: string | null;
	/** Why X shows a PIN although a callback was asked for; `null` where it does as it was asked. */
	pinInstead: FlockError | null;
};

/** The result of a PIN that X accepted; `tokenId` names X's token. */
export type Outcome = {bot: string; tokenId: string; key: KeyInfo} & (
	| {kind: 'saved'}
	| {kind: 'held'; reason: HeldReason; otherBot: string | null}
	/**
	 * X gave the key, but the keystore did not accept it. If it waits, it is safe on this computer until
	 * `saveWaiting`, else in memory until `retrySave`.
	 */
	| {kind: 'unsaved'; waits: boolean; error: FlockError}
);

/** The result of a decision about a held key. */
export type Decision = {
	/** The key that was decided about. */
	key: KeyInfo;
	/** The active key now; `null` if there is none. */
	inForce: KeyInfo | null;
	/** The key that it replaced, now the previous one; `null` if there was none. */
	replaced: KeyInfo | null;
	/** The keys still to decide about, oldest first. */
	left: readonly HeldInfo[];
};

/** A held key that was removed. */
export type Discarded = Decision & {
	/** Restores it as held; possible until the program ends. */
	undo(): Promise<void>;
};

/** The result of an exchange that nobody waits for; a `FlockError` `x-…` if there is no key. */
export type Settled = {bot: string; result: Outcome | FlockError};

/** The options of a link. */
export type LinkOptions = {
	/** The access to ask X for. Otherwise the bot's setting stays, and X's own default applies. */
	access?: WantedAccess | undefined;
	/** Where X is to send the browser; where X does not allow it, and where there is none, X shows a PIN. */
	callback?: string | undefined;
	/** Cancels the request. A link that still comes is dropped. */
	signal?: AbortSignal | undefined;
};

/** The options of a PIN. */
export type PinOptions = {
	/** Accepts an account other than the expected one, unless it posts for another poem. */
	replaceAccount?: boolean;
	/** True where a browser delivered it, and not the person: its account has to be expected then. */
	byCallback?: boolean;
	/** Aborted when the person leaves. The exchange continues, and its key is then held. */
	signal?: AbortSignal | undefined;
};

/** What the keymaker depends on. */
export type KeymakerServices = {
	x: X;
	keystore: Keystore;
	/** The app key to use, asked again for each link, since setup can change it. */
	appSource(): Promise<AppInUse>;
	/** Milliseconds since 1970. */
	now(): number;
};

/**
 * The flow that makes keys for bots.
 * Every token that reached the program is active, previous, held, waiting, or unsaved and shown. It leaves
 * only by an act about that token (discard, forget, revoke) or by a second replacement, and is then in a
 * backup. A kill between X's answer and the end of the save can lose that one token, and no other. So no
 * error of a save decides whether a key stays, and everything that a save needs is loaded before a link is
 * shown.
 */
export type Keymaker = {
	/**
	 * Makes a link for a bot. An earlier link of the same bot stops working.
	 * @throws FlockError `no-app-key`, `bad-app-key`, `held` (decide about that key first), `cancelled`,
	 * `x-…`, `keystore-…`
	 */
	requestLink(bot: string, options?: LinkOptions): Promise<Link>;
	/**
	 * Exchanges a link's PIN for a key, once, checks the account, and saves or holds the key.
	 * @throws FlockError `pin-…` before X is asked; `link-void`; `x-…`, after which `isAlive` says whether to
	 * try the same PIN again.
	 */
	submitPin(link: Link, text: string, options?: PinOptions): Promise<Outcome>;
	/**
	 * Turns what a browser has brought to a link's callback address into a key; saves it only where its account is expected.
	 * @param say says what came of it on the browser's page.
	 * @throws FlockError as `submitPin` does; the link is void then.
	 */
	submitDelivered(
		link: Link,
		verifier: string,
		say: (sentence: string) => void,
		options?: PinOptions,
	): Promise<Outcome>;
	/** True while this link still accepts a PIN. */
	isAlive(link: Link): boolean;
	/** Forgets a link that nobody waits for. */
	drop(link: Link): void;
	/** Saves a bot's unsaved keys again, one after the other; `no-key` if there are none. */
	retrySave(bot: string): Promise<Outcome[]>;
	/**
	 * Saves the keys that wait on this computer, also from an earlier run, under the guard. Holds a key if its
	 * bot's key changed since its link was requested. Asks nobody if none waits.
	 * @throws FlockError `keystore-…` if it is unknown what waits; a failed save is an outcome
	 */
	saveWaiting(): Promise<Outcome[]>;
	/** The bots with new keys only in memory, each once. */
	unsaved(): string[];
	/** A bot's unsaved keys with their secrets, for the person to write down. */
	reveal(bot: string): Key[];
	/**
	 * Makes a held key the active one. Others stay held.
	 * @param tokenId the key that the person saw, as in `HeldInfo`.
	 * @throws FlockError `held-changed` if that one is no longer held; then nothing is changed
	 */
	keep(bot: string, tokenId: string): Promise<Decision>;
	/**
	 * Removes a held key from the keystore without revoking it. Otherwise like `keep`. @throws FlockError
	 * `held-changed`
	 */
	discard(bot: string, tokenId: string): Promise<Discarded>;
	/** Sets the handle that a bot should have; `null` or an empty text for any. @throws FlockError `bad-handle` */
	expectHandle(bot: string, handle: string | null): Promise<void>;
	/**
	 * Resolves when no exchange is running, so that no key is lost at the program's end.
	 * @returns each one's result.
	 */
	settled(): Promise<Settled[]>;
};

/** X's answers that leave the PIN unused, so it can be submitted again. */
const pinUntouched: ReadonlySet<string> = new Set([
	'x-name',
	'x-tls',
	'x-proxy',
	'x-network',
	'x-clock',
	'x-app-key',
	'x-rate-limit',
	'x-blocked',
]);

type Pending = {requestToken: RequestToken; source: AppSource} & Pick<FreshKey, 'wantedAccess' | 'replaces'>;

/** Creates the keymaker. Secrets of links and of unsaved keys stay inside. */
export function createKeymaker({x, keystore, appSource, now}: KeymakerServices): Keymaker {
	const links = new Map<string, Pending>();
	const linkOfBot = new Map<string, string>();
	const unsavedKeys = createUnsavedKeys();
	const exchanges = new Map<Promise<Outcome>, string>();
	let savingWaiting: Promise<Outcome[]> | null = null;

	async function requestLink(bot: string, {access, callback, signal}: LinkOptions = {}): Promise<Link> {
		const source = await appSource();
		if (source instanceof FlockError) {
			throw source;
		}

		if (source === null) {
			throw new FlockError('no-app-key', 'No X app set up yet.', {
				hint: 'Set TWITTER_CONSUMER_KEY and TWITTER_CONSUMER_SECRET in .env, or run keymaker --practice.',
			});
		}

		// Whatever happens, a key that waits stays.
		await saveWaiting().catch(() => {});
		const record = (await keystore.get(bot)) ?? emptyRecord;
		if (record.held.length > 0) {
			throw heldError(bot, record.held);
		}

		await keystore.tryWriting();
		const expectedHandle = record.expectedHandle ?? (record.key?.handle || null);
		const ask = (address: string | null) =>
			x.requestLink({
				appKey: source.appKey,
				expectedHandle,
				// The app's own settings give write access. Less must be requested, and a bot set to read stays
				// so.
				access: access ?? (record.wantedAccess === 'read' ? 'read' : null),
				callback: address,
				signal,
			});
		let pinInstead: FlockError | null = null;
		const asked = ask(callback ?? null).catch(error => {
			if (callback === undefined || !(error instanceof FlockError) || error.code !== 'x-callback') {
				throw error;
			}

			pinInstead = refusedCallback(callback);
			return ask(null);
		});
		const {url, ...requestToken} = await asked.catch(error => {
			throw withOrigin(error, source);
		});
		if (signal?.aborted) {
			throw new FlockError('cancelled', 'The link was cancelled.', {
				hint: 'Press enter for a new one.',
			});
		}

		links.delete(linkOfBot.get(bot) ?? '');
		linkOfBot.set(bot, requestToken.token);
		links.set(requestToken.token, {
			requestToken,
			source,
			wantedAccess: access ?? null,
			replaces: record.key && tokenIdOf(record.key),
		});
		return {
			id: requestToken.token,
			bot,
			url,
			expectedHandle,
			app: {consumerKey: source.appKey.consumerKey, from: source.from},
			callback: pinInstead === null ? (callback ?? null) : null,
			pinInstead,
		};
	}

	function drop(link: Link): void {
		links.delete(link.id);
	}

	async function submitPin(
		link: Link,
		text: string,
		{replaceAccount = false, byCallback = false, signal}: PinOptions = {},
	) {
		const pending = links.get(link.id);
		if (pending === undefined) {
			throw new FlockError('link-void', 'This link and its PIN no longer work.', {
				hint: 'Get a new link.',
			});
		}

		const pin = cleanPin(text, link.id);
		links.delete(link.id);
		// One piece of work, from the question to the saved key: a signal would end the program if nothing were
		// unfinished.
		const exchange = unfinished(`asking X for ${visible(link.bot)}’s key`, exchangeAndSave);
		exchanges.set(exchange, link.bot);
		try {
			return await exchange;
		} finally {
			exchanges.delete(exchange);
		}

		async function exchangeAndSave(becomes: Becomes): Promise<Outcome> {
			const {source, requestToken, wantedAccess, replaces} = pending as Pending;
			const {appKey} = source;
			let grant: Grant;
			try {
				grant = await x.exchangePin(appKey, requestToken, pin);
			} catch (error) {
				const isLatest = linkOfBot.get(link.bot) === link.id;
				if (error instanceof FlockError && pinUntouched.has(error.code) && !error.uncertain && isLatest) {
					links.set(link.id, pending as Pending);
				}

				throw withOrigin(error, source);
			}

			const key: Key = {
				...grant,
				consumerKey: appKey.consumerKey,
				authorizedAt: new Date(now()).toISOString(),
				checkedAt: null,
				rejected: false,
			};
			becomes(savingOf(link.bot));
			const late = signal?.aborted ?? false;
			return save(link.bot, {key, appKey, wantedAccess, replaceAccount, late, byCallback, replaces}, false);
		}
	}

	/** @param waited true for a key that waited, while its bot may have got another one */
	async function save(bot: string, fresh: FreshKey, waited: boolean): Promise<Outcome> {
		const {key, appKey} = fresh;
		unsavedKeys.add(bot, fresh);
		const waits = waited || (await isPutAside(bot, fresh));
		const outcome = {bot, tokenId: tokenIdOf(key), key: keyInfo(key)};
		let verdict: Verdict = {kind: 'save'};
		try {
			await keystore.update(
				bot,
				(record, others) => {
					const taken = (waited ? takingWaited : taking)(record, others, fresh);
					verdict = taken.verdict;
					return taken.record;
				},
				appKey,
			);
		} catch (error) {
			if (waits) {
				unsavedKeys.remove(bot, key.accessToken);
			}

			// After any error, expected or not: X gives the key only once.
			return {kind: 'unsaved', waits, ...outcome, error: foreseen(error)};
		}

		unsavedKeys.remove(bot, key.accessToken);
		if (waits) {
			// A key that stays there is found to be saved the next time.
			await keystore.waiting?.remove(bot, key.accessToken).catch(() => {});
		}

		return {...outcome, ...outcomeOf(verdict)};
	}

	/** Saves a key, which a signal to end the program waits for. */
	function finishSave(bot: string, fresh: FreshKey, waited: boolean): Promise<Outcome> {
		return unfinished(savingOf(bot), () => save(bot, fresh, waited));
	}

	/**
	 * Stores a key safely before the keystore is asked to save it. @returns false if there is no such place,
	 * or it is unusable
	 */
	async function isPutAside(bot: string, fresh: FreshKey): Promise<boolean> {
		return (keystore.waiting?.add(bot, fresh) ?? Promise.reject()).then(
			() => true,
			() => false,
		);
	}

	/** Leaves out those that this program is saving itself. */
	async function waitingKeys(): Promise<WaitingKey[]> {
		const all = (await keystore.waiting?.all()) ?? [];
		const isOurs = ({bot, fresh: {key}}: WaitingKey) =>
			unsavedKeys.of(bot).some(own => own.key.accessToken === key.accessToken);
		return all.filter(one => !isOurs(one));
	}

	function saveWaiting(): Promise<Outcome[]> {
		savingWaiting ??= saveEach().finally(() => {
			savingWaiting = null;
		});
		return savingWaiting;
	}

	async function saveEach(): Promise<Outcome[]> {
		const outcomes: Outcome[] = [];
		for (const {bot, fresh} of await waitingKeys()) {
			const outcome = await finishSave(bot, fresh, true);
			outcomes.push(outcome);
			if (outcome.kind === 'unsaved' && outcome.error.code === 'keystore-unreachable') {
				// Each of the others would wait for the same deadline.
				break;
			}
		}

		return outcomes;
	}

	async function discard(bot: string, tokenId: string): Promise<Discarded> {
		let discarded: Held<Key> | undefined;
		const decision = await decide(bot, tokenId, false, held => {
			discarded = held;
		});
		return {
			...decision,
			async undo() {
				await keystore.update(bot, record => {
					const known = record ?? emptyRecord;
					const isThere = keysOf(known).some(({accessToken}) => accessToken === discarded?.key.accessToken);
					return discarded === undefined || isThere ? record : {...known, held: [...known.held, discarded]};
				});
			},
		};
	}

	async function decide(
		bot: string,
		tokenId: string,
		keep: boolean,
		onFound: (held: Held<Key>) => void = () => {},
	): Promise<Decision> {
		const decided: {decision: Decision | null} = {decision: null};
		await keystore.update(bot, record => {
			const found = record?.held.find(held => tokenIdOf(held.key) === tokenId);
			if (record === null || found === undefined) {
				throw heldChangedError(bot);
			}

			onFound(found);
			const {key} = found;

			const next = keep ? speakingAs(record, key) : withoutHeld(record, key);
			const isReplaced = keep && record.key !== null && record.key.accessToken !== key.accessToken;
			decided.decision = {
				key: keyInfo(key),
				inForce: next.key && keyInfo(next.key),
				replaced: isReplaced ? keyInfo(record.key as Key) : null,
				left: next.held.map(heldInfo),
			};
			return next;
		});
		return decided.decision as Decision;
	}

	return {
		requestLink,
		submitPin,
		async submitDelivered(link, verifier, say, options = {}) {
			const answer = new URLSearchParams({oauth_token: link.id, oauth_verifier: verifier});
			try {
				const outcome = await submitPin(link, `?${answer}`, {...options, byCallback: true});
				say(pageSentence(outcome));
				return outcome;
			} catch (error) {
				// It was brought once, and nobody has it any more.
				drop(link);
				say(noKeySentence(link.bot));
				throw error;
			}
		},
		isAlive: link => links.has(link.id),
		drop,
		async retrySave(bot) {
			const unsaved = unsavedKeys.of(bot);
			// If the file cannot be read, what is in memory is still saved.
			const waiting = (await waitingKeys().catch(() => [])).filter(one => one.bot === bot);
			if (unsaved.length === 0 && keystore.waiting === null) {
				throw new FlockError('no-key', `${visible(bot)} has no unsaved key.`, {
					hint: `Authorize it with keymaker authorize ${shellWord(bot)}`,
				});
			}

			const outcomes: Outcome[] = [];
			for (const fresh of unsaved) {
				outcomes.push(await finishSave(bot, fresh, false));
			}

			for (const {fresh} of waiting) {
				outcomes.push(await finishSave(bot, fresh, true));
			}

			return outcomes;
		},
		saveWaiting,
		unsaved: unsavedKeys.bots,
		reveal: bot => unsavedKeys.of(bot).map(({key}) => key),
		keep: (bot, tokenId) => decide(bot, tokenId, true),
		discard,
		async expectHandle(bot, handle) {
			const expectedHandle = handleOf(handle);
			await keystore.update(bot, record => ({...(record ?? emptyRecord), expectedHandle}));
		},
		async settled() {
			const under = [...exchanges];
			const results = await Promise.allSettled(under.map(([exchange]) => exchange));
			return results.map((settled, index) => {
				const bot = under[index]?.[1] ?? '';
				if (settled.status === 'fulfilled') {
					return {bot, result: settled.value};
				}

				return {bot, result: foreseen(settled.reason)};
			});
		},
	};
}

function savingOf(bot: string): string {
	return `saving ${visible(bot)}’s key`;
}

const origins: Readonly<Record<AppSource['from'], string>> = {
	environment: 'from the environment',
	'.env': 'from .env',
	setup: 'from the setup screen',
	practice: 'practice’s own',
};

/** X's refusal of the app key, with its origin: several places can have one. */
function withOrigin(error: unknown, {appKey, from}: AppSource): unknown {
	if (!(error instanceof FlockError) || error.code !== 'x-app-key') {
		return error;
	}

	const {code, message, hint, status, xCode, retryAt, uncertain, cause} = error;
	return new FlockError(code, message, {
		hint: `They are ${origins[from]} (${visible(appTail(appKey.consumerKey))}). ${hint}`,
		cause,
		uncertain,
		...(status === null ? {} : {status}),
		...(xCode === null ? {} : {xCode}),
		...(retryAt === null ? {} : {retryAt}),
	});
}

function outcomeOf(verdict: Verdict) {
	return verdict.kind === 'save'
		? {kind: 'saved' as const}
		: {kind: 'held' as const, reason: verdict.reason, otherBot: verdict.otherBot};
}
