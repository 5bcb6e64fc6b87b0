import type {Value} from './format.ts';

/** An object of JSON, read. */
export type JsonObject = {[name: string]: unknown};

/**
 * Reads JSON without changing a number: each becomes its own text, so that a user id of 19 digits stays exact.
 * `undefined` for what is no JSON; the parser's own message would quote the text, secrets included.
 */
export function parseJson(text: string): unknown {
	return parseWith(text, source => source);
}

/** Reads JSON so that `JSON.stringify` writes each number as it stood. */
export function parseJsonForWriting(text: string): unknown {
	return parseWith(text, source => rawJson(source));
}

/** True for a JSON object. */
export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object's fields: texts (and numbers' texts) as they are, `null` for the rest. */
export function fieldsOf(object: JsonObject): Map<string, Value> {
	return new Map(
		Object.entries(object)
			// A field that is said to be nothing is not there.
			.filter(([, value]) => value !== null)
			.map(([name, value]) => [name, typeof value === 'string' ? value : null]),
	);
}

/** JSON as it is kept in a file. */
export function jsonText(value: unknown): string {
	return `${JSON.stringify(value, null, 2)}\n`;
}

function parseWith(text: string, number: (source: string) => unknown): unknown {
	try {
		// The third argument is newer than TypeScript's library: the text that a number was read from.
		const reviver = (_name: string, value: unknown, context?: {source?: string}): unknown =>
			typeof value === 'number' && context?.source !== undefined ? number(context.source) : value;
		return JSON.parse(text, reviver);
	} catch {
		return undefined;
	}
}

function rawJson(source: string): unknown {
	return (JSON as unknown as {rawJSON(text: string): unknown}).rawJSON(source);
}
