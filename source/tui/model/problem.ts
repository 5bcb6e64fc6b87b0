import {type ErrorCode, type ErrorField, errorLabel, FlockError} from '../../flock/error.ts';

/** What went wrong, as it is drawn; made from a `FlockError`. */
export type Problem = {
	code: ErrorCode;
	sentence: string;
	/** The next step. */
	hint: string;
	/** The small print for whoever searches for it. */
	label: string;
	/** True where nobody knows whether X took the PIN. */
	uncertain: boolean;
	/** Which of the given values it is about; `null` for none of them. */
	field: ErrorField | null;
	/** True where what stands in the way is replaced if the person says so. */
	replaceable: boolean;
};

/** An error as the screens draw it: its words, and no part of its cause. */
export function problemOf(error: FlockError): Problem {
	return {
		code: error.code,
		sentence: error.message,
		hint: error.hint,
		label: errorLabel(error),
		uncertain: error.uncertain,
		field: error.field,
		replaceable: error.replaceable,
	};
}

/** An error that is an expected result; anything else is thrown on, and ends the program. */
export function expected(error: unknown): FlockError {
	if (error instanceof FlockError) {
		return error;
	}

	throw error;
}
