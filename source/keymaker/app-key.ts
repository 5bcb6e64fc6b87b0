import {FlockError} from '../flock/error.ts';
import type {AppKey} from '../flock/key.ts';

/** The app key in use, and its origin. */
export type AppSource = {
	appKey: AppKey;
	from: 'environment' | '.env' | 'setup' | 'practice';
	/** The port of the callback address that was saved with it. */
	callbackPort?: number | undefined;
};

/**
 * The app key in use, or the error of the given one, as a value, since most work does not need it. `null` if
 * there is none.
 */
export type AppInUse = AppSource | FlockError | null;

/** What a person gave as the app's pair, before it is cleaned. */
export type AppKeyInput = {consumerKey: string; consumerSecret: string};

/**
 * Cleans what was pasted, and checks everything that needs no call to X: surrounding spaces, line ends and
 * quotes go.
 * @param names the two fields' names where the person wrote them, for the message.
 * @throws FlockError `bad-app-key`, naming the field; the message never repeats its content.
 */
export function cleanAppKey(
	input: AppKeyInput,
	names: {consumerKey: string; consumerSecret: string} = {
		consumerKey: 'API Key (consumer key)',
		consumerSecret: 'API Key Secret (consumer secret)',
	},
): AppKey {
	return {
		consumerKey: clean(input, names, 'consumerKey'),
		consumerSecret: clean(input, names, 'consumerSecret'),
	};
}

/** Invisible characters that a copied value can contain. Not a literal: see `visible`. */
const unseen = '\\p{Cf}';

function clean(input: AppKeyInput, names: AppKeyInput, field: keyof AppKeyInput): string {
	const name = names[field];
	const value = input[field]
		.replace(new RegExp(unseen, 'gu'), '')
		.trim()
		.replace(/^(['"])(.*)\1$/s, '$2')
		.trim();
	if (value === '') {
		throw badAppKey(field, `${name} is empty.`);
	}

	// X's bearer tokens have this form and length, and are beside the app key in the portal.
	if (/^A{10,}/.test(value) && value.length > 80) {
		throw badAppKey(field, `${name} is the app’s Bearer Token.`);
	}

	if (!/^[\x21-\x7e]+$/.test(value) || /["'`]/.test(value)) {
		throw badAppKey(field, `${name} has a space or a character that X never uses.`);
	}

	return value;
}

function badAppKey(field: keyof AppKeyInput, message: string): FlockError {
	return new FlockError('bad-app-key', message, {
		field,
		hint: 'Copy “API Key and Secret” (consumer key and secret) again from the app’s “Keys and tokens” page at X.',
	});
}
