/**
 * Looks for a fault in a parsed value.
 * @returns the path of the faulty field, `''` for the value itself, or `null` if there is none.
 */
export type Fault = (value: unknown) => string | null;

/** Separates the names in a path. */
const below = ' › ';

/** A value that passes a test. */
export function where(holds: (value: unknown) => boolean): Fault {
	return value => (holds(value) ? null : '');
}

/** Any text. */
export const text: Fault = value => (typeof value === 'string' ? null : '');

/** `null`, or a value without this fault. */
export function orNull(fault: Fault): Fault {
	return value => (value === null ? null : fault(value));
}

/** One of these. */
export function oneOf<T>(...allowed: readonly T[]): Fault {
	return where(value => allowed.includes(value as T));
}

/** A list of values without this fault. */
export function listOf(fault: Fault): Fault {
	return value => {
		if (!Array.isArray(value)) {
			return '';
		}

		for (const [index, item] of value.entries()) {
			const found = fault(item);
			if (found !== null) {
				return pathOf(String(index), found);
			}
		}

		return null;
	};
}

/** An object with exactly these fields, and any of the optional ones. */
export function objectOf(
	fields: Readonly<Record<string, Fault>>,
	optional: Readonly<Record<string, Fault>> = {},
): Fault {
	const names = Object.keys(fields);
	const faults = Object.values(fields);
	return value => {
		if (!isObject(value)) {
			return '';
		}

		// Does not destructure pairs, which slows a start: this runs for each field of each key.
		for (let index = 0; index < names.length; index += 1) {
			const name = names[index] as string;
			const found = (faults[index] as Fault)(value[name]);
			if (found !== null) {
				return pathOf(name, found);
			}
		}

		let known = names.length;
		for (const name in optional) {
			if (value[name] !== undefined) {
				const found = (optional[name] as Fault)(value[name]);
				if (found !== null) {
					return pathOf(name, found);
				}

				known += 1;
			}
		}

		return Object.keys(value).length === known ? null : '';
	};
}

/** A fault's path, seen from its parent. */
export function pathOf(name: string, found: string): string {
	return found === '' ? name : `${name}${below}${found}`;
}

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
