import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync, utimesSync} from 'node:fs';
import type {Variables} from '../../test/helpers/environment.ts';
import type {Bench} from './bench.ts';
import {mark, rawControl} from './keys.ts';
import type {Task} from './worker.ts';

/** A worker that runs. */
export type Running = {
	readonly child: ChildProcess;
	/** What it has told so far. */
	readonly told: Record<string, unknown>[];
	/** Waits until it has told something, or has ended. */
	until(isTrue: (told: readonly Record<string, unknown>[]) => boolean): Promise<void>;
	/** Resolves when it has ended. */
	readonly ended: Promise<void>;
};

/**
 * Starts a worker.
 * @param user the number of another user to be, for root.
 * @param env variables besides this process's own.
 */
export function startWorker(
	bench: Bench,
	task: Task,
	{user = null, env = {}}: {user?: number | null; env?: Variables} = {},
): Running {
	const child = spawn(process.execPath, [bench.worker, JSON.stringify(task)], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {...process.env, ...env},
		...(user === null ? {} : {uid: user, gid: user}),
	});
	const told: Record<string, unknown>[] = [];
	let output = '';
	let read = 0;
	let over = false;
	let changed = Promise.withResolvers<void>();
	const change = () => {
		const before = changed;
		changed = Promise.withResolvers<void>();
		before.resolve();
	};
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		output += text;
		for (let end = output.indexOf('\n', read); end !== -1; end = output.indexOf('\n', read)) {
			told.push(JSON.parse(output.slice(read, end)) as Record<string, unknown>);
			read = end + 1;
		}

		change();
	});
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		output += text;
		read = output.length;
	});
	const ended = once(child, 'close').then(() => {
		over = true;
		if (output.includes(mark)) {
			bench.count('leaked', 'a worker has printed a secret');
		}

		if (told.some(line => typeof line.message === 'string' && rawControl.test(line.message))) {
			bench.count('raw', 'a message of the keystore');
		}

		change();
	});
	return {
		child,
		told,
		ended,
		async until(isTrue) {
			while (!isTrue(told) && !over) {
				await changed.promise;
			}
		},
	};
}

/** Makes a lock look as if its holder had not been heard of for a minute. */
export function ageLock(keystorePath: string): void {
	const lock = `${keystorePath}.lock`;
	if (existsSync(lock)) {
		const time = Date.now() / 1000 - 60;
		utimesSync(lock, time, time);
	}
}

/** Waits until a process stands still. */
export async function stopped(child: ChildProcess): Promise<void> {
	for (;;) {
		try {
			const state = /\) (\w) /.exec(readFileSync(`/proc/${child.pid}/stat`, 'utf8'))?.[1];
			if (state === 'T') {
				return;
			}
		} catch {
			return;
		}

		await new Promise(resolve => setTimeout(resolve, 2));
	}
}
