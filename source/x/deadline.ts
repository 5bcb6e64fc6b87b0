import {FlockError} from '../flock/error.ts';
import {AwakeTimer} from '../system/awake.ts';
import {consequences, type Leg} from './classify.ts';
import {failure} from './failures.ts';

/**
 * Ends a request when its time is up, the caller cancels it, or `end` is called. Has no `AbortSignal`, which
 * would cost each request.
 */
export class Deadline implements Disposable {
	readonly #timer: AwakeTimer;
	readonly #caller: AbortSignal | undefined;
	readonly #onCancel = () => this.end(new FlockError('cancelled', 'Cancelled.', {hint: 'Nothing is lost.'}));
	#reason: FlockError | null = null;
	#waiting: ((reason: FlockError) => void)[] = [];

	/**
	 * @param seconds from now, even if data trickles in; sleep does not count.
	 * @param caller cancels.
	 */
	constructor(seconds: number, leg: Leg, caller: AbortSignal | undefined) {
		this.#caller = caller;
		this.#timer = new AwakeTimer(seconds * 1000, () =>
			this.end(failure('timeout', {seconds: String(seconds)}, consequences('timeout', leg))),
		);
		caller?.addEventListener('abort', this.#onCancel, {once: true});
		if (caller?.aborted) {
			this.#onCancel();
		}
	}

	/** Calls back once the request must end, immediately if it already must; never after the deadline is disposed of. */
	onEnd(listener: (reason: FlockError) => void): void {
		if (this.#reason === null) {
			this.#waiting.push(listener);
		} else {
			listener(this.#reason);
		}
	}

	/** Ends the request now. */
	end(reason: FlockError): void {
		if (this.#reason === null) {
			this.#reason = reason;
			for (const listener of this.#waiting) {
				listener(reason);
			}
		}
	}

	/** Throws the reason if the request must already end. */
	throwIfEnded(): void {
		if (this.#reason !== null) {
			throw this.#reason;
		}
	}

	/** Rejects with the reason as soon as there is one, even if the request itself does not stop. */
	race<T>(work: Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			this.onEnd(reject);
			work.then(resolve, reject);
		});
	}

	[Symbol.dispose](): void {
		this.#timer.clear();
		this.#caller?.removeEventListener('abort', this.#onCancel);
		this.#waiting = [];
	}
}
