/** Work in progress that must not be interrupted. */
type Work = {what: string};

const works = new Set<Work>();
const waiting = new Set<() => void>();
let borrowers = 0;

/** Describes what would be lost from now on: work can have several parts, with no moment between them. */
export type Becomes = (what: string) => void;

/**
 * Does work that a signal waits for.
 * @param what the work, to continue a sentence: `asking X for harbour’s key`.
 */
export async function unfinished<T>(what: string, work: (becomes: Becomes) => Promise<T>): Promise<T> {
	const entry: Work = {what};
	works.add(entry);
	try {
		return await work(next => {
			entry.what = next;
		});
	} finally {
		works.delete(entry);
		if (works.size === 0) {
			for (const resolve of waiting) {
				resolve();
			}

			waiting.clear();
		}
	}
}

/** The unfinished work, each once, oldest first. */
export function unfinishedWork(): string[] {
	return [...new Set([...works].map(({what}) => what))];
}

/** The message while unfinished work is waited for. @param work as from `unfinishedWork`. */
export function finishingFirst(work: readonly string[]): string {
	return `Finishing first: ${work.join('; ')}.`;
}

/** Resolves when nothing is unfinished. */
export async function allFinished(): Promise<void> {
	while (works.size > 0) {
		await new Promise<void>(resolve => waiting.add(resolve));
		// What follows, such as the save of a new key, registers itself first.
		await new Promise(resolve => setImmediate(resolve));
	}
}

/** Does work during which signals are for others: the programs of `exec`. */
export async function lendSignals<T>(work: () => Promise<T>): Promise<T> {
	borrowers += 1;
	try {
		return await work();
	} finally {
		borrowers -= 1;
	}
}

/** True while signals are for others. */
export function signalsAreLent(): boolean {
	return borrowers > 0;
}
