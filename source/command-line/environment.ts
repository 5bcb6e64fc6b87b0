import path from 'node:path';
import type {Value} from '../bundles/format.ts';
import {FlockError} from '../flock/error.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import {type AppInUse, type AppSource, cleanAppKey} from '../keymaker/app-key.ts';
import type {Environment} from '../system/environment.ts';
import {codeOf} from '../system/errors.ts';
import {readFileWithin, reasonOf} from '../system/files.ts';
import {decodeText} from '../system/text.ts';

/** The names that hold the app's pair, the preferred one first: the only ones that are ever taken from `.env`. */
const names = {
	consumerKey: ['TWITTER_CONSUMER_KEY', 'TWITTER_API_KEY'],
	consumerSecret: ['TWITTER_CONSUMER_SECRET', 'TWITTER_API_SECRET'],
} as const;

/** Variables that name nothing of the app, though they look like it. */
const ofAccounts = ['TWITTER_ACCESS_TOKEN', 'TWITTER_ACCESS_TOKEN_SECRET', 'TWITTER_BEARER_TOKEN'];

/** Variables of a process or of a file. */
type Variables = Readonly<Record<string, Value | undefined>>;

/** An `.env` is a few lines; more is somebody's mistake. Bytes. */
const largestEnvFile = 1_000_000;

/**
 * The app key of the environment, else of `.env` in a folder, else the one that was saved; `null` where none has one, and a
 * `FlockError` (`bad-app-key`) where half of it is missing or malformed, stands under other names, or `.env` cannot be read.
 * Nothing of `.env` reaches `process.env`: a cloned folder must not set a proxy or a passphrase command.
 * @param saved what the setup screen saved; asked where there is nothing else.
 * @throws what `saved` throws
 */
export async function appSourceOf(
	env: Environment,
	folder: string,
	saved: () => Promise<AppSource | null> = async () => null,
): Promise<AppInUse> {
	let file: Variables = {};
	const given = await orError(async () => {
		const found = await fromVariables(env, 'environment');
		if (found !== null) {
			return found;
		}

		file = await readEnvFile(folder);
		return fromVariables(file, '.env');
	});
	return given ?? (await saved()) ?? (await misnamed(env, 'in the environment')) ?? misnamed(file, 'in .env');
}

async function orError(find: () => Promise<AppSource | null>): Promise<AppInUse> {
	try {
		return await find();
	} catch (error) {
		if (error instanceof FlockError) {
			return error;
		}

		throw error;
	}
}

/** The error of an app key both halves of which stand under other names that plainly are for X; `null` where none does. */
async function misnamed(variables: Variables, place: string): Promise<FlockError | null> {
	const likely = Object.keys(variables).filter(name =>
		/^(?:twitter|x)_.*(?:key|secret)|^consumer/.test(name.toLowerCase()),
	);
	if (likely.length < 2) {
		return null;
	}

	const {otherName} = await import('../flock/near-name.ts');
	const key = otherName('consumerKey', names.consumerKey[0], likely);
	const secret = otherName('consumerSecret', names.consumerSecret[0], likely);
	return key === null || secret === null ? null : misnamedError('consumerKey', key, place);
}

/** @throws FlockError `bad-app-key` */
async function fromVariables(variables: Variables, from: 'environment' | '.env'): Promise<AppSource | null> {
	const key = firstSet(variables, names.consumerKey);
	const secret = firstSet(variables, names.consumerSecret);
	const place = from === '.env' ? 'in .env' : 'in the environment';
	if (key === null && secret === null) {
		return null;
	}

	if (key === null || secret === null) {
		throw await halfMissing(key === null ? 'consumerKey' : 'consumerSecret', variables, place);
	}

	const appKey = cleanAppKey(
		{consumerKey: key.value, consumerSecret: secret.value},
		{consumerKey: `${key.name} ${place}`, consumerSecret: `${secret.name} ${place}`},
	);
	return {appKey, from};
}

/** The error of half an app key, which names the variable that was meant for the other half. */
async function halfMissing(
	half: keyof typeof names,
	variables: Variables,
	place: string,
): Promise<FlockError> {
	const [expected] = names[half];
	const known = new Set<string>([...Object.values(names).flat(), ...ofAccounts]);
	const {nearName} = await import('../flock/near-name.ts');
	const near = nearName(
		half,
		expected,
		Object.keys(variables).filter(name => /key|secret|token/i.test(name) && !known.has(name)),
	);
	return near === null
		? new FlockError('bad-app-key', `The app key is incomplete ${place}: ${expected} is missing.`, {
				hint: `Set ${expected}, or remove both.`,
			})
		: misnamedError(half, near, place);
}

function misnamedError(half: keyof typeof names, found: string, place: string): FlockError {
	const [expected, also] = names[half];
	return new FlockError('bad-app-key', `Found ${visible(found)} ${place}, but expected ${expected}.`, {
		hint: `Rename it to ${expected} or ${also}.`,
	});
}

/** @throws FlockError `bad-app-key` for a value that programs read in different ways */
function firstSet(variables: Variables, candidates: readonly string[]): {name: string; value: string} | null {
	for (const name of candidates) {
		const value = variables[name] ?? null;
		if (value !== null && typeof value !== 'string') {
			throw new FlockError('bad-app-key', `${name} in .env ${value.doubt}.`, {
				hint: 'Put the value in single quotes if the # belongs to it, or a space before the # if it starts a comment.',
			});
		}

		if (value !== null && value.trim() !== '') {
			return {name, value};
		}
	}

	return null;
}

async function readEnvFile(folder: string): Promise<Variables> {
	const file = path.join(folder, '.env');
	try {
		const {bytes} = await readFileWithin(file, {most: largestEnvFile});
		const decoded = decodeText(bytes);
		if (decoded === null) {
			throw new FlockError('bad-app-key', '.env cannot be read: it is not text.', {
				hint: 'Save it as plain text in UTF-8, or move it away.',
			});
		}

		const {variablesIn} = await import('../bundles/dotenv-text.ts');
		return Object.fromEntries(variablesIn(decoded.text));
	} catch (error) {
		if (error instanceof FlockError) {
			throw error;
		}

		const code = codeOf(error);
		// Python keeps its environments in a folder of this name.
		if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') {
			return {};
		}

		throw new FlockError('bad-app-key', `.env cannot be read: ${reasonOf(error)}.`, {
			hint: `Make it a regular file that you can read (chmod 600 ${shellWord(file)}), or move it away.`,
		});
	}
}
