import {spawn} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';

/** How a program is started. */
export type Start = {cwd: string; env: Readonly<Record<string, string>>};

/** Runs a program to its end; milliseconds from before the start to its exit. @throws where it fails */
export async function timeOf(command: string, args: readonly string[], {cwd, env}: Start): Promise<number> {
	const startedAt = performance.now();
	const child = spawn(command, [...args], {cwd, env, stdio: ['ignore', 'pipe', 'pipe']});
	let errors = '';
	child.stdout.resume();
	child.stderr.on('data', (data: Buffer) => {
		errors += data.toString();
	});
	const took = await new Promise<number>((resolve, reject) => {
		child.once('error', reject);
		child.once('exit', code => {
			const now = performance.now() - startedAt;
			if (code === 0) {
				resolve(now);
			} else {
				child.once('close', () =>
					reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors}`)),
				);
			}
		});
	});
	return took;
}

/** The most memory that a running program has had in use; mebibytes. Linux only. */
export function peakMemoryOf(pid: number): number {
	const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
	return Number(kibibytes) / 1024;
}

/** The processor time that a running program has used, all its threads together; milliseconds. Linux only. */
export function processorTimeOf(pid: number): number {
	let nanoseconds = 0;
	for (const thread of readdirSync(`/proc/${pid}/task`)) {
		nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
	}

	return nanoseconds / 1e6;
}
