/** Work that is under way and must not be ended midway. */
type Work = {what: string};

const works = new Set<Work>();
const waiting = new Set<() => void>();
let borrowers = 0;

/** Says what would be lost from now on: one piece of work may have parts, and there is no moment between them. */
export type Becomes = (what: string) => void;

/**
 * Does work that a signal to end the program waits for.
 * @param what what would be lost, as the beginning of a sentence: `X is being asked for harbour’s key`.
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

/** What is unfinished now, each once, in the order in which it began. */
export function unfinishedWork(): string[] {
	return [...new Set([...works].map(({what}) => what))];
}

/** What is said while unfinished work is waited for. @param work as `unfinishedWork` gives it. */
export function finishingFirst(work: readonly string[]): string {
	return `Finishing first: ${work.join('; ')}.`;
}

/** Resolves when nothing is unfinished. */
export async function allFinished(): Promise<void> {
	while (works.size > 0) {
		await new Promise<void>(resolve => waiting.add(resolve));
		// What follows from it, such as the save of a key that has come, announces itself first.
		await new Promise(resolve => setImmediate(resolve));
	}
}

/** Does work during which signals are for somebody else: the programs that `exec` runs. */
export async function lendSignals<T>(work: () => Promise<T>): Promise<T> {
	borrowers += 1;
	try {
		return await work();
	} finally {
		borrowers -= 1;
	}
}

/** True while signals are for somebody else. */
export function signalsAreLent(): boolean {
	return borrowers > 0;
}
