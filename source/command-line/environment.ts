import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {shellWord} from '../flock/shell-word.ts';
import type {AppInUse, AppSource} from '../keymaker/app-key.ts';
import {cleanAppKey} from '../keymaker/app-key.ts';
import {codeOf} from '../system/errors.ts';
import {readFileWithin, reasonOf} from '../system/files.ts';

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The names that hold the app's pair, the preferred one first: the only ones that are ever taken from `.env`. */
const names = {
	consumerKey: ['TWITTER_CONSUMER_KEY', 'TWITTER_API_KEY'],
	consumerSecret: ['TWITTER_CONSUMER_SECRET', 'TWITTER_API_SECRET'],
} as const;

/** An `.env` is a few lines; more is somebody's mistake. Bytes. */
const largestEnvFile = 1_000_000;

/**
 * The app key of the environment, else of `.env` in a folder; `null` where neither has one, and a `FlockError`
 * (`bad-app-key`) where half of it is missing or malformed, or `.env` cannot be read.
 * Nothing of `.env` reaches `process.env`: a cloned folder must not set a proxy or a passphrase command.
 */
export async function appSourceOf(env: Environment, folder: string): Promise<AppInUse> {
	try {
		return fromVariables(env, 'environment') ?? fromVariables(await readEnvFile(folder), '.env');
	} catch (error) {
		if (error instanceof FlockError) {
			return error;
		}

		throw error;
	}
}

/** @throws FlockError `bad-app-key` */
function fromVariables(variables: Environment, from: 'environment' | '.env'): AppSource | null {
	const key = firstSet(variables, names.consumerKey);
	const secret = firstSet(variables, names.consumerSecret);
	if (key === null && secret === null) {
		return null;
	}

	const place = from === '.env' ? 'in .env' : 'in the environment';
	if (key === null || secret === null) {
		const missing = key === null ? names.consumerKey[0] : names.consumerSecret[0];
		throw new FlockError(
			'bad-app-key',
			`${missing} is not set ${place}, but the other half of the app key is.`,
			{
				hint: `Set ${missing} as well, or remove both.`,
			},
		);
	}

	const appKey = cleanAppKey(
		{consumerKey: key.value, consumerSecret: secret.value},
		{consumerKey: `${key.name} ${place}`, consumerSecret: `${secret.name} ${place}`},
	);
	return {appKey, from};
}

function firstSet(
	variables: Environment,
	candidates: readonly string[],
): {name: string; value: string} | null {
	for (const name of candidates) {
		const value = variables[name];
		if (value !== undefined && value.trim() !== '') {
			return {name, value};
		}
	}

	return null;
}

async function readEnvFile(folder: string): Promise<Environment> {
	const file = path.join(folder, '.env');
	try {
		const {bytes} = await readFileWithin(file, {most: largestEnvFile});
		const {default: dotenv} = await import('dotenv');
		// The package's linear way: its other one takes quadratic time for line ends and quotation marks.
		return dotenv.parse(bytes, {fast: true});
	} catch (error) {
		const code = codeOf(error);
		// Python keeps its environments in a folder of this name.
		if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') {
			return {};
		}

		throw new FlockError('bad-app-key', `.env cannot be read: ${reasonOf(error)}.`, {
			hint: `Make it an ordinary file that you may read (chmod 600 ${shellWord(file)}), or move it away.`,
		});
	}
}
