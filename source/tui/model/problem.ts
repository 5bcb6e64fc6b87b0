import {type ErrorCode, type ErrorField, errorLabel, FlockError} from '../../flock/error.ts';

/** What went wrong, ready to draw; made from a `FlockError`. */
export type Problem = {
	code: ErrorCode;
	sentence: string;
	/** The next step. */
	hint: string;
	/** Its details, to search for. */
	label: string;
	/** True if X may or may not have accepted the PIN. */
	uncertain: boolean;
	/** Which of the given values it is about; `null` for none of them. */
	field: ErrorField | null;
	/** True if the person can choose to overwrite what is in the way. */
	replaceable: boolean;
};

/** An error as the screens draw it: its words, without its cause. */
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

/** An error that is an expected result. Anything else is thrown again, and ends the program. */
export function expected(error: unknown): FlockError {
	if (error instanceof FlockError) {
		return error;
	}

	throw error;
}
