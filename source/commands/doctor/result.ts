/** What one check found. */
export type Result = {
	/** What was looked at: stable, for scripts. */
	check: string;
	state: 'ok' | 'warning' | 'problem';
	/** What is so. Holds no secret. */
	sentence: string;
	/** What to do about it; `null` where there is nothing to do. */
	hint: string | null;
};

/** All is well. */
export function ok(check: string, sentence: string): Result {
	return {check, state: 'ok', sentence, hint: null};
}

/** Worth knowing, and nothing that stops anybody. */
export function warning(check: string, sentence: string, hint: string | null): Result {
	return {check, state: 'warning', sentence, hint};
}

/** Has to be mended. */
export function problem(check: string, sentence: string, hint: string | null): Result {
	return {check, state: 'problem', sentence, hint};
}
