/** How often to check whether time passed unnoticed; milliseconds. */
const beatMs = 250;

/**
 * Calls back after some time awake: time in which this process was stopped, or its computer slept, does not
 * count. Whatever arrived by then is handled first: after a sleep, timers run before sockets.
 */
export class AwakeTimer {
	readonly #done: () => void;
	#duration: number;
	#since = performance.now();
	#lastBeat = this.#since;
	#asleep = 0;
	#timer: NodeJS.Timeout;
	#end: NodeJS.Immediate | null = null;
	readonly #beats: NodeJS.Timeout;

	/** @param duration milliseconds. */
	constructor(duration: number, done: () => void) {
		this.#done = done;
		this.#duration = duration;
		this.#timer = setTimeout(this.#ring, duration);
		this.#beats = setInterval(this.#beat, beatMs);
		this.#beats.unref();
	}

	/** Cancels the callback. */
	clear(): void {
		clearTimeout(this.#timer);
		clearInterval(this.#beats);
		if (this.#end !== null) {
			clearImmediate(this.#end);
		}
	}

	readonly #beat = (): void => {
		const now = performance.now();
		const late = now - this.#lastBeat - beatMs;
		this.#lastBeat = now;
		// A beat counts even then, so that it ends on a computer that always stalls.
		if (late > beatMs) {
			this.#asleep += late;
		}
	};

	readonly #ring = (): void => {
		this.#beat();
		const now = performance.now();
		const left = this.#asleep === 0 ? 0 : this.#duration - (now - this.#since - this.#asleep);
		if (left < 1) {
			this.#end = setImmediate(this.#done);
			return;
		}

		this.#since = now;
		this.#asleep = 0;
		this.#duration = left;
		this.#timer = setTimeout(this.#ring, left);
	};
}
