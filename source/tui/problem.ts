import {errorLabel, FlockError} from '../flock/error.ts';
import type {Problem} from './state.ts';

/** An error as the screens draw it: its words, and no part of its cause. */
export function problemOf(error: FlockError): Problem {
	return {
		code: error.code,
		sentence: error.message,
		hint: error.hint,
		label: errorLabel(error),
		uncertain: error.uncertain,
	};
}

/** An error that is an expected result; anything else is thrown on, and ends the program. */
export function expected(error: unknown): FlockError {
	if (error instanceof FlockError) {
		return error;
	}

	throw error;
}
