import path from 'node:path';
import {type CallbackPort, portFrom} from '../flock/callback.ts';
import {FlockError} from '../flock/error.ts';
import {oneForm} from '../flock/poem.ts';
import type {Environment} from '../system/environment.ts';

/** The options of all commands, as the command line gives them. */
export type SharedOptions = {
	poems?: string | undefined;
	flock?: string | undefined;
	keystore?: string | undefined;
	practice?: boolean | undefined;
	/** False after `--no-open`. */
	open?: boolean | undefined;
	/** False after `--no-mouse`. */
	mouse?: boolean | undefined;
	/** A port, or `never`. */
	callback?: string | undefined;
};

/** Where a run works, after options, environment and defaults have been weighed. */
export type Settings = {
	/** The folder of poems, an absolute path. */
	poems: string;
	/** The flock's name, and its keystore's. */
	flock: string;
	/** True where the flock was named, and not after a folder. */
	isFlockNamed: boolean;
	/** Where keystores are: a folder, or a database's address; `null` for the system's own place. */
	keystore: Readonly<{text: string; from: 'argument' | 'environment'}> | null;
	/** The keystore's folder, an absolute path, where it is no address; `null` for the system's own place. */
	keystoreFolder: string | null;
	practice: boolean;
	/** True where no browser is to be opened by itself. */
	noOpen: boolean;
	/** False where the mouse is left to the terminal. */
	mouse: boolean;
	/** Where X is to send the browser; `null` leaves it to what was saved with the app. */
	callback: CallbackPort | null;
	/** The seconds that X, and a database, get for an answer. */
	deadlineSeconds: number;
};

const defaultDeadlineSeconds = 15;
const longestDeadlineSeconds = 600;

/**
 * Weighs options, environment and defaults, in this order.
 * @throws FlockError `usage` for a value that makes no sense.
 */
export function settingsOf(options: SharedOptions, env: Environment, cwd: string): Settings {
	const poems = path.resolve(cwd, options.poems || env.KEYMAKER_POEMS || 'poems');
	const keystore = options.keystore || env.KEYMAKER_KEYSTORE;
	return {
		poems,
		flock: oneForm(options.flock || env.KEYMAKER_FLOCK || path.basename(path.dirname(poems)) || 'flock'),
		isFlockNamed: Boolean(options.flock || env.KEYMAKER_FLOCK),
		keystore: keystore ? {text: keystore, from: options.keystore ? 'argument' : 'environment'} : null,
		keystoreFolder: keystore ? path.resolve(cwd, keystore) : null,
		practice: options.practice ?? env.KEYMAKER_PRACTICE === '1',
		noOpen: options.open === false || env.KEYMAKER_OPEN === 'never',
		mouse: options.mouse !== false && env.KEYMAKER_MOUSE !== 'never',
		callback: callbackOf(options.callback ?? env.KEYMAKER_CALLBACK),
		deadlineSeconds: deadlineOf(env.KEYMAKER_TIMEOUT),
	};
}

function callbackOf(value: string | undefined): CallbackPort | null {
	if (value === undefined || value === '' || value === 'never') {
		return value === 'never' ? 'never' : null;
	}

	const port = portFrom(value);
	if (port === null) {
		throw new FlockError('usage', 'The port of --callback (KEYMAKER_CALLBACK) is not a port.', {
			hint: 'Give a number from 1 to 65535, such as 8765, or never.',
		});
	}

	return port;
}

function deadlineOf(value: string | undefined): number {
	const seconds = value === undefined || value === '' ? defaultDeadlineSeconds : Number(value);
	if (!(seconds > 0 && seconds <= longestDeadlineSeconds)) {
		throw new FlockError('usage', 'KEYMAKER_TIMEOUT is not a number of seconds.', {
			hint: `Set it to a number above 0, ${longestDeadlineSeconds} at most; without it X gets ${defaultDeadlineSeconds}.`,
		});
	}

	return seconds;
}
