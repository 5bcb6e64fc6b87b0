/**
 * keymaker for a bot's own program: the keys that the flock's owner has made, and clients that are ready to post.
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

/** Which keystore: as the command line's options, and otherwise by the same variables and defaults. */
export type KeystoreOptions = {
	/** The folder of poems; `KEYMAKER_POEMS` or `poems` otherwise. */
	poems?: string | undefined;
	/** The flock's name; `KEYMAKER_FLOCK`, or the name of the folder that holds the poems folder, otherwise. */
	flock?: string | undefined;
	/** The folder of keystores, or a database's address; `KEYMAKER_KEYSTORE`, or the system's own place, otherwise. */
	keystore?: string | undefined;
	/** True to speak to the stand-in for X, and to use its keystore; true for `KEYMAKER_PRACTICE=1` otherwise. */
	practice?: boolean | undefined;
	/** The passphrase of an encrypted keystore; `KEYMAKER_PASSPHRASE` or `KEYMAKER_PASSPHRASE_COMMAND` otherwise. With one, a keystore in plain text is refused. */
	passphrase?: (() => string | Promise<string>) | undefined;
	/** Hears that a key was refused, or may only read, when X was last asked, and that a database is away; Node's own warnings otherwise. */
	onWarning?: ((message: string) => void) | undefined;
};

/**
 * A bot's key in force, with its app's: all that a client needs. Printed as it came, `[Getter]` stands for each secret;
 * a copy (`{...key}`), a field, JSON, `console.table` and the message of a failed assertion show them.
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
	/** The account's id, decimal digits. */
	userId: string;
	/** The account's screen name without @. */
	handle: string;
	/** What X said that the token may do; `null` where it has not said it. */
	accessLevel: AccessLevel | null;
};

/** A flock's keys, read anew at each call: a key that was made again meanwhile is the one that comes. */
export type KeyReader = {
	/**
	 * The key in force of exactly this bot; its name's accents may be composed or not.
	 * @throws FlockError `unknown-bot`, `no-key`, `held`, `other-app`, `bad-app-key`, `keystore-…`; never another bot's
	 * key comes instead. While a database is away (`keystore-unreachable`), the key comes that was read last, with a warning;
	 * what was never read throws.
	 */
	get(bot: string): Promise<Key>;
	/** The flock, in order, as `keymaker list --json` gives it, but with absolute paths. @throws FlockError `keystore-…` */
	list(): Promise<BotRow[]>;
};

/** Opens the keys of a flock for reading. Nothing is read before the first call. */
export function openKeystore(options: KeystoreOptions = {}): KeyReader {
	const place = placeOf(options);
	return {
		get: outlasting(async bot => keyOf(bot, place, options), options),
		list: async () => (await flockOf(place)).map(bot => rowOf(bot, bot.poem?.path ?? null)),
	};
}

/**
 * A client that speaks to X as a bot, with the key that is in force now. Call it again before each post, or after a
 * refusal, and a key that was made again meanwhile is used without a restart.
 * @throws FlockError as `KeyReader.get` does, and `x-proxy` for a proxy that cannot be used
 */
export async function clientFor(bot: string, options: KeystoreOptions = {}): Promise<TwitterApi> {
	const place = placeOf(options);
	const key = (await keyOf(bot, place, options))();
	const agent = place.practice ? (await practiceAt(place)).agent : undefined;
	const {createClient} = await import('./x/client.ts');
	return createClient(key, key, {agent, env: process.env});
}

/** Gives the key that was read last where a database is away, and says so once until it is back. */
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
				// Whatever else is wrong, the keystore has said it: an earlier key may be wrong, too.
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
	// An option of a program's own is read by nobody else, as an argument would be.
	const settings = {
		...weighed,
		keystore: weighed.keystore && {...weighed.keystore, from: 'environment' as const},
	};
	const isNamed = Boolean(options.flock || env.KEYMAKER_FLOCK);
	const passphrase = options.passphrase ?? environmentPassphrase(env);
	const arePoemsNamed = Boolean(options.poems || env.KEYMAKER_POEMS);
	const place = openPlace(settings, env, cwd, {
		// A flock that is named is that one, wherever a bot's program runs. Otherwise its name is that of a folder,
		// which other folders may have too, and then another flock's keys must not come.
		poems: isNamed && !arePoemsNamed ? null : settings.poems,
		passphrase,
		passphraseGiven: passphrase !== undefined,
	});
	const {practice} = settings;
	// The practice app's secret is in practice's keystore, beside each key that was made with it.
	return {...place, practice, appSource: practice ? async () => null : place.appSource};
}

async function flockOf({poems, keystore, appSource}: Place): Promise<Flock> {
	return (await readFlock({poems, keystore, appSource})).flock;
}

/** @returns what makes the key as it was read, each time a new one */
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

/** A key whose secrets can be read, copied, compared and turned into JSON, but are not printed: for that, Node calls no getter. */
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

/** Why a key may not do; it is handed out all the same, since the last check can be old. */
function doubtOf(key: StoredKey, writeWanted: boolean): string | null {
	if (key.rejected) {
		return `was rejected by X when last checked, at ${key.checkedAt ?? 'an unknown time'}`;
	}

	return writeWanted && key.accessLevel === 'read'
		? 'is read-only: authorize the bot again to let it post'
		: null;
}

/** The error of a bot that has no key in force, or that there is none of. */
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

/** The stand-in for X, one for each keystore's folder: it lets the program end whenever it likes. */
async function practiceAt({practiceState: statePath}: Place): Promise<Practice> {
	const started = standIns.get(statePath) ?? startAt(statePath);
	standIns.set(statePath, started);
	return started;
}

async function startAt(statePath: string): Promise<Practice> {
	const {startPractice} = await import('./practice/provider.ts');
	return startPractice({statePath, handles: []});
}
