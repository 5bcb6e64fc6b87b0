/** Runs something as an ordinary user where the tests run as root, whom no permission stops. */
export async function withoutRoot<T>(work: () => Promise<T>): Promise<T> {
	if (process.geteuid?.() !== 0) {
		return work();
	}

	process.seteuid?.(65_534);
	try {
		return await work();
	} finally {
		process.seteuid?.(0);
	}
}
