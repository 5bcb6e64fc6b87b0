import {refusedCallback} from '../flock/callback.ts';
import {FlockError} from '../flock/error.ts';
import {
	appTail,
	emptyRecord,
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
import type {Keystore} from '../keystore/keystore.ts';
import {foreseen} from '../system/errors.ts';
import {type Becomes, unfinished} from '../system/unfinished.ts';
import type {Grant, X} from '../x/x.ts';
import type {AppInUse, AppSource} from './app-key.ts';
import {noKeySentence, pageSentence} from './called-back.ts';
import {guard, speakingAs, type Verdict, withHeld, withoutHeld} from './guard.ts';
import {handleOf} from './handle.ts';
import {heldChangedError, heldError} from './in-force.ts';
import {cleanPin} from './pin.ts';
import {createUnsavedKeys, type UnsavedKey} from './unsaved.ts';

/** One authorize link as it may be drawn: the request token's secret stays in the keymaker. */
export type Link = {
	/** Names this link to `submitPin`; it is the request token, which stands in the address too. */
	id: string;
	bot: string;
	/** The address of X's page. */
	url: string;
	/** The handle that X's page is asked for, without @. */
	expectedHandle: string | null;
	/** The consumer key of the app that asks, and where it came from. */
	app: {consumerKey: string; from: AppSource['from']};
	/** The address that X sends the browser to; `null` where X shows a PIN. */
	callback: string | null;
	/** Why X shows a PIN although a callback was asked for; `null` where it does as it was asked. */
	pinInstead: FlockError | null;
};

/** What became of a PIN that X took; `tokenId` names the token that X gave. */
export type Outcome = {bot: string; tokenId: string; key: KeyInfo} & (
	| {kind: 'saved'}
	| {kind: 'held'; reason: HeldReason; otherBot: string | null}
	/** X has given the key, and the keystore would not take it: it is in memory until `retrySave`. */
	| {kind: 'unsaved'; error: FlockError}
);

/** What came of a decision about a held key. */
export type Decision = {
	/** The key that was decided about. */
	key: KeyInfo;
	/** The key in force now; `null` where there is none. */
	inForce: KeyInfo | null;
	/** The key that it has taken the place of, kept as the previous one; `null` where there was none. */
	replaced: KeyInfo | null;
	/** The keys that still wait for a decision, oldest first. */
	left: readonly HeldInfo[];
};

/** A held key that was removed. */
export type Discarded = Decision & {
	/** Lets it wait for a decision again; possible until the program ends. */
	undo(): Promise<void>;
};

/** What came of an exchange that nobody waits for any more: `FlockError` `x-…`, where there is no key. */
export type Settled = {bot: string; result: Outcome | FlockError};

/** How a link is asked for. */
export type LinkOptions = {
	/** Asks X for this access; what the bot was meant to have otherwise stays, and X's own default is used. */
	access?: WantedAccess | undefined;
	/** Where X is to send the browser; where X does not allow it, and where there is none, X shows a PIN. */
	callback?: string | undefined;
	/** Cancels the request; a link that comes all the same is dropped. */
	signal?: AbortSignal | undefined;
};

/** How a PIN is handed in. */
export type PinOptions = {
	/** Saves an account other than the expected one, unless it speaks another poem. */
	replaceAccount?: boolean;
	/** True where a browser delivered it, and not the person: its account has to be expected then. */
	byCallback?: boolean;
	/** Aborted when the person has left: the exchange goes on, and its key is then held. */
	signal?: AbortSignal | undefined;
};

/** What the keymaker works with. */
export type KeymakerServices = {
	x: X;
	keystore: Keystore;
	/** The app key to ask with; asked anew for each link, since setup may change it. */
	appSource(): Promise<AppInUse>;
	/** Milliseconds since 1970. */
	now(): number;
};

/**
 * The flow that turns a bot without a key into one with a key.
 *
 * Every token that has reached the program is in force, previous, held, or unsaved and shown. It leaves by an act about
 * that very token (discard, forget, revoke), or by being replaced a second time, and is in a copy then. A kill between X's
 * answer and the end of the save may lose that one token, and no other. So nothing that a save throws decides whether a key
 * stays, and whatever a save needs is loaded before a link is shown.
 */
export type Keymaker = {
	/**
	 * Makes a link for a bot. An earlier link of the same bot is void from then on.
	 * @throws FlockError `no-app-key`, `bad-app-key`, `held` (decide about that key first), `cancelled`, `x-…`, `keystore-…`
	 */
	requestLink(bot: string, options?: LinkOptions): Promise<Link>;
	/**
	 * Turns a link's PIN into a key, once, guards the account, and saves or holds the key.
	 * @throws FlockError `pin-…` before X is asked; `link-void`; `x-…`, after which `isAlive` tells whether the same PIN may be tried again.
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
	/** True while a PIN of this link can still be handed in. */
	isAlive(link: Link): boolean;
	/** Forgets a link that nobody waits for any more. */
	drop(link: Link): void;
	/** Saves the keys of a bot that the keystore would not take before, one after the other; `no-key` where none is waiting. */
	retrySave(bot: string): Promise<Outcome[]>;
	/** The bots whose fresh keys are in memory only, each once. */
	unsaved(): string[];
	/** A bot's unsaved keys with their secrets, for the person who asks to write them down. */
	reveal(bot: string): Key[];
	/**
	 * Puts a held key in force; others stay held.
	 * @param tokenId the key that the person was shown, as in `HeldInfo`.
	 * @throws FlockError `held-changed` where that one is held no more: nothing is changed then
	 */
	keep(bot: string, tokenId: string): Promise<Decision>;
	/** Removes a held key from the keystore; it is not revoked. Otherwise as `keep`. @throws FlockError `held-changed` */
	discard(bot: string, tokenId: string): Promise<Discarded>;
	/** Sets the handle that a bot is meant to have; `null` or an empty text for any. @throws FlockError `bad-handle` */
	expectHandle(bot: string, handle: string | null): Promise<void>;
	/**
	 * Resolves when no exchange is under way, so that no key is lost at the program's end.
	 * @returns what came of each that was.
	 */
	settled(): Promise<Settled[]>;
};

/** X's answers after which the PIN has not been looked at, so that it may be handed in again. */
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

type Pending = {requestToken: RequestToken; source: AppSource; wantedAccess: WantedAccess | undefined};

/** Builds the keymaker. Secrets of links and of unsaved keys stay inside. */
export function createKeymaker({x, keystore, appSource, now}: KeymakerServices): Keymaker {
	const links = new Map<string, Pending>();
	const linkOfBot = new Map<string, string>();
	const unsavedKeys = createUnsavedKeys();
	const exchanges = new Map<Promise<Outcome>, string>();

	async function requestLink(bot: string, {access, callback, signal}: LinkOptions = {}): Promise<Link> {
		const source = await appSource();
		if (source instanceof FlockError) {
			throw source;
		}

		if (source === null) {
			throw new FlockError('no-app-key', 'There is no app key yet.', {
				hint: 'Set TWITTER_CONSUMER_KEY and TWITTER_CONSUMER_SECRET in .env, or run keymaker --practice.',
			});
		}

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
				// Write is what the app's own settings give; less has to be asked for, and a bot that was to read stays one.
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
			throw new FlockError('cancelled', 'The link was no longer wanted.', {
				hint: 'Press enter for a new one.',
			});
		}

		links.delete(linkOfBot.get(bot) ?? '');
		linkOfBot.set(bot, requestToken.token);
		links.set(requestToken.token, {requestToken, source, wantedAccess: access});
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
			throw new FlockError('link-void', 'This link is void, and its PIN with it.', {
				hint: 'Ask for a new link.',
			});
		}

		const pin = cleanPin(text, link.id);
		links.delete(link.id);
		// One piece of work, from the question to the saved key: where nothing is unfinished, a signal ends the program.
		const exchange = unfinished(`X is being asked for ${visible(link.bot)}’s key`, exchangeAndSave);
		exchanges.set(exchange, link.bot);
		try {
			return await exchange;
		} finally {
			exchanges.delete(exchange);
		}

		async function exchangeAndSave(becomes: Becomes): Promise<Outcome> {
			const {source, requestToken, wantedAccess} = pending as Pending;
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
			return save(link.bot, {key, appKey, wantedAccess, replaceAccount, late, byCallback});
		}
	}

	async function save(bot: string, fresh: UnsavedKey): Promise<Outcome> {
		unsavedKeys.add(bot, fresh);
		const {key, appKey, wantedAccess, ...circumstances} = fresh;
		const outcome = {bot, tokenId: tokenIdOf(key), key: keyInfo(key)};
		let verdict: Verdict = {kind: 'save'};
		try {
			await keystore.update(
				bot,
				(record, others) => {
					verdict = guard({record, others, key, ...circumstances});
					const base = record && {...record, wantedAccess: wantedAccess ?? record.wantedAccess};
					const next = base ?? {...emptyRecord, wantedAccess: wantedAccess ?? 'write'};
					return verdict.kind === 'save' ? speakingAs(next, key) : withHeld(next, key, verdict.reason);
				},
				appKey,
			);
		} catch (error) {
			// Whatever it is, foreseen or not: X gives the key once.
			return {kind: 'unsaved', ...outcome, error: foreseen(error)};
		}

		unsavedKeys.remove(bot, key.accessToken);
		return {...outcome, ...outcomeOf(verdict)};
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
			const waiting = unsavedKeys.of(bot);
			if (waiting.length === 0) {
				throw new FlockError('no-key', `No unsaved key of ${visible(bot)} is waiting.`, {
					hint: `Authorize it: keymaker authorize ${shellWord(bot)}`,
				});
			}

			const outcomes: Outcome[] = [];
			for (const fresh of waiting) {
				outcomes.push(await unfinished(savingOf(bot), () => save(bot, fresh)));
			}

			return outcomes;
		},
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
	return `${visible(bot)}’s key is being saved`;
}

const origins: Readonly<Record<AppSource['from'], string>> = {
	environment: 'from the environment',
	'.env': 'from .env',
	setup: 'from the setup screen',
	practice: 'practice’s own',
};

/** X's refusal of the app key, with where that came from: more than one place may have one. */
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
