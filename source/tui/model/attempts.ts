/** Running work, by its attempt's number. */
export type Attempts = {
	/**
	 * Runs work that `leave` can cancel.
	 * @param lasting true for work that continues when the program ends: a PIN's key is still saved.
	 */
	run(number: number, work: (signal: AbortSignal) => Promise<void>, lasting?: boolean): Promise<void>;
	/** Nobody waits for this attempt any more. */
	leave(number: number): void;
	/** Cancels everything that does not last. */
	stop(): void;
};

/** Keeps track of attempts. */
export function createAttempts(): Attempts {
	const running = new Map<number, {controller: AbortController; lasting: boolean}>();
	return {
		async run(number, work, lasting = false) {
			const controller = new AbortController();
			running.set(number, {controller, lasting});
			try {
				await work(controller.signal);
			} finally {
				running.delete(number);
			}
		},
		leave(number) {
			running.get(number)?.controller.abort();
		},
		stop() {
			for (const {controller, lasting} of running.values()) {
				if (!lasting) {
					controller.abort();
				}
			}
		},
	};
}
