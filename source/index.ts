/**
 * keymaker for a bot's own program: the keys that the flock's owner made, and clients that are ready to post.
 * Loads neither the screen nor, before `clientFor` is called, the client library.
 */
import type {TwitterApi} from 'twitter-api-v2';
import {settingsOf} from './command-line/options.ts';
import {environmentPassphrase} from './command-line/passphrase.ts';
import {type Place as OpenPlace, openPlace} from './compose-place.ts';
import {FlockError} from './flock/error.ts';
import type {Flock} from './flock/flock.ts';
import type {AccessLevel, AppKey, Key as StoredKey} from './flock/key.ts';
import {nearest} from './flock/nearest.ts';
import {oneForm} from './flock/poem.ts';
import {type BotRow, rowOf} from './flock/row.ts';
import {visible} from './flock/visible.ts';
import {readFlock} from './keymaker/flock.ts';
import {appKeyFor, heldError, noKeyError} from './keymaker/in-force.ts';
import type {Practice} from './practice/practice.ts';
import type {Environment} from './system/environment.ts';

export {type ErrorCode, FlockError} from './flock/error.ts';
export type {Status} from './flock/flock.ts';
export type {AccessLevel} from './flock/key.ts';
export type {BotRow} from './flock/row.ts';

/** Which keystore to use: like the command line's options, with the same variables and defaults. */
export type KeystoreOptions = {
	/** The folder of poems; by default `KEYMAKER_POEMS` or `poems`. */
	poems?: string | undefined;
	/** The flock's name; by default `KEYMAKER_FLOCK`, or the name of the folder that holds the poems folder. */
	flock?: string | undefined;
	/** The folder of keystores, or a database's address; by default `KEYMAKER_KEYSTORE`, or the system's own folder. */
	keystore?: string | undefined;
	/** True to use the stand-in for X and its keystore; by default true for `KEYMAKER_PRACTICE=1`. */
	practice?: boolean | undefined;
	/**
	 * The passphrase of an encrypted keystore; by default `KEYMAKER_PASSPHRASE` or
	 * `KEYMAKER_PASSPHRASE_COMMAND`. If there is one, a keystore in plain text is refused.
	 */
	passphrase?: (() => string | Promise<string>) | undefined;
	/**
	 * Called if X rejected a key or it is read-only, by the last check, or if a database is unreachable; by
	 * default Node's own warnings.
	 */
	onWarning?: ((message: string) => void) | undefined;
};

/**
 * A bot's active key with its app's: everything that a client needs. Printing it shows `[Getter]` for each
 * secret, but a copy (`{...key}`), a field, JSON, `console.table` and the message of a failed assertion show
 * the secrets.
 */
export type Key = {
	/** The bot's name. */
	bot: string;
	/** The app's key; secret only together with `consumerSecret`. */
	consumerKey: string;
	/** Secret. */
	consumerSecret: string;
	/** Secret. */
	accessToken: string;
	/** Secret. */
	accessSecret: string;
	/** The account's id in decimal digits. */
	userId: string;
	/** The account's screen name without @. */
	handle: string;
	/** What X said the token may do; `null` if it has not said it. */
	accessLevel: AccessLevel | null;
};

/** A flock's keys, read again at each call, so a replaced key appears immediately. */
export type KeyReader = {
	/**
	 * The active key of exactly this bot, whose name's accents can be composed or not.
	 * @throws FlockError `unknown-bot`, `no-key`, `held`, `other-app`, `bad-app-key`, `keystore-…`; never
	 * returns another bot's key. While a database is unreachable (`keystore-unreachable`), it returns the last
	 * key it read, with a warning; without one it throws.
	 */
	get(bot: string): Promise<Key>;
	/** The flock in order, as in `keymaker list --json`, but with absolute paths. @throws FlockError `keystore-…` */
	list(): Promise<BotRow[]>;
};

/** Opens a flock's keys for reading. Reads nothing before the first call. */
export function openKeystore(options: KeystoreOptions = {}): KeyReader {
	const place = placeOf(options);
	return {
		get: outlasting(async bot => keyOf(bot, place, options), options),
		list: async () => (await flockOf(place)).map(bot => rowOf(bot, bot.poem?.path ?? null)),
	};
}

/**
 * A client that calls X as a bot, with its active key. Call it again before each post, or after X rejects a
 * call, to use a replaced key without a restart.
 * @throws FlockError as `KeyReader.get` does, and `x-proxy` for an unusable proxy
 */
export async function clientFor(bot: string, options: KeystoreOptions = {}): Promise<TwitterApi> {
	const place = placeOf(options);
	const key = (await keyOf(bot, place, options))();
	const agent = place.practice ? (await practiceAt(place)).agent : undefined;
	const {createClient} = await import('./x/client.ts');
	return createClient(key, key, {agent, env: process.env});
}

/** Returns the last key that was read while a database is unreachable, and warns once until it returns. */
function outlasting(
	read: (bot: string) => Promise<() => Key>,
	{onWarning = warn}: KeystoreOptions,
): KeyReader['get'] {
	const last = new Map<string, {make: () => Key; readAt: string}>();
	let isAway = false;
	return async name => {
		const bot = oneForm(name);
		try {
			const make = await read(bot);
			last.set(bot, {make, readAt: new Date().toISOString()});
			isAway = false;
			return make();
		} catch (error) {
			const known = last.get(bot);
			const isUnreachable = error instanceof FlockError && error.code === 'keystore-unreachable';
			if (!isUnreachable || known === undefined) {
				// For any other problem the keystore answered, so an earlier key may be wrong, too.
				last.delete(bot);
				throw error;
			}

			if (!isAway) {
				isAway = true;
				onWarning(`${error.message} The key of ${visible(bot)} is as it was at ${known.readAt}.`);
			}

			return known.make();
		}
	};
}

type Place = OpenPlace & {practice: boolean};

function placeOf(options: KeystoreOptions): Place {
	const env: Environment = process.env;
	const cwd = process.cwd();
	const weighed = settingsOf(options, env, cwd);
	// Nobody else reads an option inside a program, unlike an argument.
	const settings = {
		...weighed,
		keystore: weighed.keystore && {...weighed.keystore, from: 'environment' as const},
	};
	const isNamed = Boolean(options.flock || env.KEYMAKER_FLOCK);
	const passphrase = options.passphrase ?? environmentPassphrase(env);
	const arePoemsNamed = Boolean(options.poems || env.KEYMAKER_POEMS);
	const place = openPlace(settings, env, cwd, {
		// A named flock is the same wherever a bot's program runs. An unnamed one has a folder's name, which
		// other folders may share, and another flock's keys must not come.
		poems: isNamed && !arePoemsNamed ? null : settings.poems,
		passphrase,
		passphraseGiven: passphrase !== undefined,
	});
	const {practice} = settings;
	// The practice app's secret is in practice's keystore, with each key made with it.
	return {...place, practice, appSource: practice ? async () => null : place.appSource};
}

async function flockOf({poems, keystore, appSource}: Place): Promise<Flock> {
	return (await readFlock({poems, keystore, appSource})).flock;
}

/** @returns a function that makes the key, a new one each time */
async function keyOf(name: string, place: Place, {onWarning = warn}: KeystoreOptions): Promise<() => Key> {
	const bot = oneForm(name);
	const record = await place.keystore.get(bot);
	if (record?.key == null) {
		throw record?.held.length ? heldError(bot, record.held) : await withoutKey(bot, place);
	}

	const {key} = record;
	const appKey = await appKeyFor(bot, key, place.keystore, await place.appSource());
	if (appKey instanceof FlockError) {
		throw appKey;
	}

	const doubt = doubtOf(key, record.wantedAccess === 'write');
	if (doubt !== null) {
		onWarning(`${visible(bot)}’s key (@${visible(key.handle)}) ${doubt}.`);
	}

	return () => withGetters(bot, key, appKey);
}

/**
 * A key whose secrets can be read, copied, compared and turned into JSON, but are not printed, because Node
 * calls no getters for that.
 */
function withGetters(
	bot: string,
	{accessToken, accessSecret, userId, handle, accessLevel}: StoredKey,
	{consumerKey, consumerSecret}: AppKey,
): Key {
	return {
		bot,
		consumerKey,
		get consumerSecret() {
			return consumerSecret;
		},
		get accessToken() {
			return accessToken;
		},
		get accessSecret() {
			return accessSecret;
		},
		userId,
		handle,
		accessLevel,
	};
}

/** Why a key may not work. It is returned anyway, since the last check can be old. */
function doubtOf(key: StoredKey, writeWanted: boolean): string | null {
	if (key.rejected) {
		return `was rejected by X when last checked, at ${key.checkedAt ?? 'an unknown time'}`;
	}

	return writeWanted && key.accessLevel === 'read'
		? 'is read-only: authorize the bot again to let it post'
		: null;
}

/** The error of a bot without an active key, or of an unknown one. */
async function withoutKey(bot: string, place: Place): Promise<FlockError> {
	const names = (await flockOf(place)).map(({name}) => name);
	if (names.includes(bot)) {
		return noKeyError(bot);
	}

	const near = nearest(bot, names);
	return new FlockError('unknown-bot', `${visible(place.keystore.path)} has no bot named ${visible(bot)}.`, {
		hint:
			near === null
				? 'Check the bot’s exact name, the flock (KEYMAKER_FLOCK) and the keystore (KEYMAKER_KEYSTORE).'
				: `Did you mean ${visible(near)}?`,
	});
}

function warn(message: string): void {
	process.emitWarning(message, 'KeymakerWarning');
}

const standIns = new Map<string, Promise<Practice>>();

/** The stand-in for X, one per keystore's folder. It does not keep the program running. */
async function practiceAt({practiceState: statePath}: Place): Promise<Practice> {
	const started = standIns.get(statePath) ?? startAt(statePath);
	standIns.set(statePath, started);
	return started;
}

async function startAt(statePath: string): Promise<Practice> {
	const {startPractice} = await import('./practice/provider.ts');
	return startPractice({statePath, handles: []});
}
