/** A complete answer of the stand-in, ready to send. */
export type Answer = {
	status: number;
	/** The `content-type`; `null` sends none. */
	type: string | null;
	body: string;
	/** Other headers, names in lower case. */
	headers?: Record<string, string>;
};

/** Thrown to refuse a request; carries X's answer. */
export class Refusal extends Error {
	readonly answer: Answer;

	constructor(answer: Answer) {
		super('Refused by practice');
		this.answer = answer;
	}
}

/** A JSON answer. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
	return {status, type: 'application/json;charset=utf-8', body: JSON.stringify(value), headers};
}

/** An error in the form of X's API 1.1, with X's own code. */
export function xError(
	status: number,
	code: number,
	message: string,
	headers: Record<string, string> = {},
): Answer {
	return json(status, {errors: [{code, message}]}, headers);
}

/** An error in the form of X's API 2, a problem document; `name` is the last part of its type. */
export function problem(
	status: number,
	name: string,
	title: string,
	detail: string,
	more: Record<string, string> = {},
	headers: Record<string, string> = {},
): Answer {
	const type = `https://api.x.com/2/problems/${name}`;
	const body = JSON.stringify({...more, title, detail, type, status});
	return {status, type: 'application/problem+json;charset=utf-8', body, headers};
}

/** Plain text, X's form for refusing PINs and request tokens. */
export function text(status: number, body: string): Answer {
	return {status, type: 'text/plain;charset=utf-8', body};
}

/** An encoded form. X labels it HTML, and so does practice. */
export function form(fields: Record<string, string>, headers: Record<string, string> = {}): Answer {
	return {
		status: 200,
		type: 'text/html;charset=utf-8',
		body: new URLSearchParams(fields).toString(),
		headers,
	};
}
