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

/** The names of the app's pair, preferred ones first: the only ones that keymaker reads from `.env`. */
const names = {
	consumerKey: ['TWITTER_CONSUMER_KEY', 'TWITTER_API_KEY'],
	consumerSecret: ['TWITTER_CONSUMER_SECRET', 'TWITTER_API_SECRET'],
} as const;

/** Variables that look like the app's, but are not. */
const ofAccounts = ['TWITTER_ACCESS_TOKEN', 'TWITTER_ACCESS_TOKEN_SECRET', 'TWITTER_BEARER_TOKEN'];

/** The variables of a process or file. */
type Variables = Readonly<Record<string, Value | undefined>>;

/** An `.env` has a few lines. A larger one is a mistake; bytes. */
const largestEnvFile = 1_000_000;

/**
 * The app key from the environment, else from a folder's `.env`, else the saved one. `null` if there is none,
 * and a `FlockError` (`bad-app-key`) if half of it is missing, malformed or has another name, or if `.env`
 * cannot be read. Nothing from `.env` reaches `process.env`: a cloned folder must not set a proxy or a
 * passphrase command.
 * @param saved what the setup screen saved, called if there is nothing else.
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

/** The error for an app key whose halves both have other names that are clearly for X; else `null`. */
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

/** The error for half an app key. It names the variable that was probably meant as the other half. */
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

/** @throws FlockError `bad-app-key` for a value that programs read differently */
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
		// Python keeps its environments in folders with this name.
		if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') {
			return {};
		}

		throw new FlockError('bad-app-key', `.env cannot be read: ${reasonOf(error)}.`, {
			hint: `Make it a regular file that you can read (chmod 600 ${shellWord(file)}), or move it away.`,
		});
	}
}
