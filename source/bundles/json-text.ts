import type {Value} from './format.ts';

/** A parsed JSON object. */
export type JsonObject = {[name: string]: unknown};

/**
 * Parses JSON without changing numbers: each becomes its text, so a user id of 19 digits stays exact.
 * `undefined` for invalid JSON; the parser's own message would quote the text, secrets included.
 */
export function parseJson(text: string): unknown {
	return parseWith(text, source => source);
}

/** Parses JSON so that `JSON.stringify` writes each number unchanged. */
export function parseJsonForWriting(text: string): unknown {
	return parseWith(text, source => rawJson(source));
}

/** True for a JSON object. */
export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object's fields: texts (and numbers as texts), and `null` for the rest. */
export function fieldsOf(object: JsonObject): Map<string, Value> {
	return new Map(
		Object.entries(object)
			// A field set to `null` counts as missing.
			.filter(([, value]) => value !== null)
			.map(([name, value]) => [name, typeof value === 'string' ? value : null]),
	);
}

/** JSON as keymaker writes it to files. */
export function jsonText(value: unknown): string {
	return `${JSON.stringify(value, null, 2)}\n`;
}

function parseWith(text: string, number: (source: string) => unknown): unknown {
	try {
		// The third argument is newer than TypeScript's library: the number's source text.
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
