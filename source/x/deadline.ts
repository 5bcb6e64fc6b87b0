import {FlockError} from '../flock/error.ts';
import {consequences, type Leg} from './classify.ts';
import {failure} from './failures.ts';

/** Ends a request when its time is up, the caller cancels it, or `end` is called. */
export class Deadline implements Disposable {
	readonly #controller = new AbortController();
	readonly #timer: NodeJS.Timeout;
	readonly #caller: AbortSignal | undefined;
	readonly #onCancel = () => this.end(new FlockError('cancelled', 'Cancelled.', {hint: 'Nothing is lost.'}));

	/**
	 * @param seconds from now on, whatever drips in.
	 * @param caller cancels.
	 */
	constructor(seconds: number, leg: Leg, caller: AbortSignal | undefined) {
		this.#caller = caller;
		this.#timer = setTimeout(
			() => this.end(failure('timeout', {seconds: String(seconds)}, consequences('timeout', leg))),
			seconds * 1000,
		);
		caller?.addEventListener('abort', this.#onCancel, {once: true});
		if (caller?.aborted) {
			this.#onCancel();
		}
	}

	/** Aborted with the reason as a `FlockError`; never after the deadline is disposed of. */
	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Ends the request now. */
	end(reason: FlockError): void {
		this.#controller.abort(reason);
	}

	/** Rejects with the reason as soon as there is one, even where the request itself does not stop. */
	async race<T>(work: Promise<T>): Promise<T> {
		const {promise, reject} = Promise.withResolvers<never>();
		const onAbort = () => reject(this.signal.reason);
		this.signal.addEventListener('abort', onAbort, {once: true});
		// Whoever loses the race must not end the program.
		work.catch(() => {});
		if (this.signal.aborted) {
			onAbort();
		}

		return Promise.race([work, promise]);
	}

	[Symbol.dispose](): void {
		clearTimeout(this.#timer);
		this.#caller?.removeEventListener('abort', this.#onCancel);
	}
}
