/**
 * Whether what stands in a keystore's place is meant as a database's address, and no folder: one that is written wrong as
 * well, so that no folder gets a password for its name.
 */
export function isAddress(text: string): boolean {
	return /^\s*postgres(?:ql)?:/.test(text.toLowerCase());
}
