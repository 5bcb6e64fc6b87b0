/** The system's code of an error, such as `ENOENT`; empty where it has none. */
export function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** True where an error says that there is nothing at a path. */
export function isMissing(error: unknown): boolean {
	const code = codeOf(error);
	return code === 'ENOENT' || code === 'ENOTDIR';
}
