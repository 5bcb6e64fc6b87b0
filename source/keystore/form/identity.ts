import {type Fault, objectOf, oneOf, text, where} from './fault.ts';

/** Whose keys a keystore holds: those of X's accounts, or of the stand-in's. */
export type Kind = 'x' | 'practice';

/** Which flock's keystore a file is. */
export type Label = {
	/** The flock's name. */
	flock: string;
	kind: Kind;
};

/** Which keystore a file is, and which of its states. */
export type Identity = Label & {
	/** 32 random hexadecimal digits, created with the file and kept by every save, encryption and restore. */
	id: string;
	/** Increased by every save, from 1. */
	counter: number;
};

/** More saves than any keystore sees; so no file can make a counter that cannot be raised any more. */
const mostSaves = 2 ** 40;

/** Finds the fault of a file's identity. */
export const identityFault: Fault = objectOf({
	id: where(value => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)),
	flock: text,
	kind: oneOf<Kind>('x', 'practice'),
	counter: where(value => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= mostSaves),
} satisfies Record<keyof Identity, Fault>);

/** True if two names are the same flock's: systems encode the same accents in two ways. */
export function isSameFlock(one: string, other: string): boolean {
	return one === other || one.normalize() === other.normalize();
}
