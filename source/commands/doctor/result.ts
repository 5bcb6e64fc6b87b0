/** The result of one check. */
export type Result = {
	/** The check's name: stable, for scripts. */
	check: string;
	state: 'ok' | 'warning' | 'problem';
	/** The finding, without secrets. */
	sentence: string;
	/** What to do about it; `null` if nothing. */
	hint: string | null;
};

/** No problem. */
export function ok(check: string, sentence: string): Result {
	return {check, state: 'ok', sentence, hint: null};
}

/** A warning, which stops nobody. */
export function warning(check: string, sentence: string, hint: string | null): Result {
	return {check, state: 'warning', sentence, hint};
}

/** A problem to fix. */
export function problem(check: string, sentence: string, hint: string | null): Result {
	return {check, state: 'problem', sentence, hint};
}
