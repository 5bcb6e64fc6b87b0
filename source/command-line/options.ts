import path from 'node:path';
import {type CallbackPort, portFrom} from '../flock/callback.ts';
import {FlockError} from '../flock/error.ts';
import {oneForm} from '../flock/poem.ts';
import type {Environment} from '../system/environment.ts';

/** The global options from the command line. */
export type SharedOptions = {
	poems?: string | undefined;
	flock?: string | undefined;
	keystore?: string | undefined;
	practice?: boolean | undefined;
	/** False after `--no-open`. */
	open?: boolean | undefined;
	/** The windows that links open in. */
	browser?: string | undefined;
	/** False after `--no-mouse`. */
	mouse?: boolean | undefined;
	/** A port, or `never`. */
	callback?: string | undefined;
};

/** Where a run works, decided from options, environment and defaults. */
export type Settings = {
	/** The folder of poems, an absolute path. */
	poems: string;
	/** The name of the flock and of its keystore. */
	flock: string;
	/** True if the flock was named explicitly, not after a folder. */
	isFlockNamed: boolean;
	/** Where keystores are: a folder, or a database's address; `null` for the system's own folder. */
	keystore: Readonly<{text: string; from: 'argument' | 'environment'}> | null;
	/** The keystore's folder as an absolute path if it is not an address; `null` for the system's own folder. */
	keystoreFolder: string | null;
	practice: boolean;
	/** True if no browser may open automatically. */
	noOpen: boolean;
	/** True if links open in the browser's ordinary windows. */
	ordinaryWindow: boolean;
	/** False if the terminal keeps the mouse. */
	mouse: boolean;
	/** Where X is to send the browser; `null` leaves it to what was saved with the app. */
	callback: CallbackPort | null;
	/** How many seconds X or a database has to answer. */
	deadlineSeconds: number;
};

const defaultDeadlineSeconds = 15;
const longestDeadlineSeconds = 600;

/**
 * Decides from options, environment and defaults, in this order.
 * @throws FlockError `usage` for an invalid value.
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
		ordinaryWindow: isOrdinary(options.browser || env.KEYMAKER_BROWSER),
		mouse: options.mouse !== false && env.KEYMAKER_MOUSE !== 'never',
		callback: callbackOf(options.callback ?? env.KEYMAKER_CALLBACK),
		deadlineSeconds: deadlineOf(env.KEYMAKER_TIMEOUT),
	};
}

/** The windows for links, as named in `--browser`. */
export const browserChoices = ['own', 'default'] as const;

function isOrdinary(value: string | undefined): boolean {
	if (value && !browserChoices.some(choice => choice === value)) {
		throw new FlockError('usage', 'KEYMAKER_BROWSER must be own or default.', {
			hint: 'Use own for a separate window with an empty profile for each link, or default.',
		});
	}

	return value === 'default';
}

function callbackOf(value: string | undefined): CallbackPort | null {
	if (value === undefined || value === '' || value === 'never') {
		return value === 'never' ? 'never' : null;
	}

	const port = portFrom(value);
	if (port === null) {
		throw new FlockError('usage', '--callback (KEYMAKER_CALLBACK) must be a port.', {
			hint: 'Use a number from 1 to 65535, such as 8765, or never.',
		});
	}

	return port;
}

function deadlineOf(value: string | undefined): number {
	const seconds = value === undefined || value === '' ? defaultDeadlineSeconds : Number(value);
	if (!(seconds > 0 && seconds <= longestDeadlineSeconds)) {
		throw new FlockError('usage', 'KEYMAKER_TIMEOUT must be a number of seconds.', {
			hint: `Use a number above 0, at most ${longestDeadlineSeconds}. The default is ${defaultDeadlineSeconds}.`,
		});
	}

	return seconds;
}
