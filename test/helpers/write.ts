import {PassThrough} from 'node:stream';
import type {Write} from '../../source/commands/shared/command.ts';

/** A `Write` that keeps what it is given, and what feeds its input. */
export type Collected = {
	write: Write;
	/** The lines of standard output. */
	out: string[];
	/** The lines of standard error. */
	err: string[];
	/** What was written raw to standard output. */
	raw: string[];
	/** Every line that stood as progress; `null` where it was cleared. */
	progress: (string | null)[];
	/** Everything, for searches. */
	all(): string;
	/** Types a line. */
	type(line: string): void;
	/** Ends the input. */
	end(): void;
	/** Presses Ctrl-C. */
	interrupt(): void;
	/** Resolves once this is true; asked again after every line. */
	until(condition: () => boolean): Promise<void>;
};

/** How to collect. */
export type CollectOptions = {
	/** The whole input; without it the input stays open for `type` and `end`. */
	input?: string;
	interactive?: boolean;
	columns?: number;
	unicode?: boolean;
	/** Whether a person sees standard output. */
	seen?: boolean;
	colour?: boolean;
	/** What is typed where it is not shown, one answer after the other; then its end. */
	hidden?: readonly string[];
};

/** Makes a collecting `Write`. */
export function collect({
	input,
	interactive = false,
	columns = 80,
	unicode = true,
	seen = false,
	colour = false,
	hidden = [],
}: CollectOptions = {}): Collected {
	const answers = [...hidden];
	const stdin = new PassThrough();
	const interruption = new AbortController();
	const waiting = new Set<() => void>();
	const collected: Pick<Collected, 'out' | 'err' | 'raw' | 'progress'> = {
		out: [],
		err: [],
		raw: [],
		progress: [],
	};
	const {out, err, raw, progress} = collected;
	if (input !== undefined) {
		stdin.end(input);
	}

	function add<T>(list: T[]): (item: T) => void {
		return item => {
			list.push(item);
			for (const check of waiting) {
				check();
			}
		};
	}

	return {
		...collected,
		write: {
			out: add(out),
			err: add(err),
			raw: add(raw),
			progress: add(progress),
			input: stdin,
			interactive,
			columns,
			unicode,
			seen,
			colour,
			async askHidden(question) {
				add(err)(question);
				return answers.shift() ?? null;
			},
			handOver() {},
			signal: interruption.signal,
		},
		all: () => [...out, ...err, ...raw, ...progress].join('\n'),
		type: line => stdin.write(`${line}\n`),
		end: () => stdin.end(),
		interrupt: () => interruption.abort(),
		until(condition) {
			return new Promise(resolve => {
				const check = () => {
					if (condition()) {
						waiting.delete(check);
						resolve();
					}
				};
				waiting.add(check);
				check();
			});
		},
	};
}
