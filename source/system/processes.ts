import {readdir, readFile} from 'node:fs/promises';
import {askProgram} from './programs.ts';

/** How long the system can take to list its processes, in milliseconds. */
const patience = 5000;

/** The command lines of all other processes that this user can see; `null` if the system does not tell. */
export async function commandLines(): Promise<string[] | null> {
	switch (process.platform) {
		case 'linux':
			return fromProc();
		case 'win32':
			return null;
		default: {
			const command = ['ps', '-axww', '-o', 'pid=,command='];
			const printed = await askProgram({command, env: process.env}, patience);
			return printed === null
				? null
				: printed.split('\n').filter(line => Number.parseInt(line, 10) !== process.pid);
		}
	}
}

async function fromProc(): Promise<string[] | null> {
	const entries = await readdir('/proc').catch(() => []);
	const pids = entries.filter(name => /^\d+$/.test(name));
	if (!pids.includes(String(process.pid))) {
		return null;
	}

	const others = pids.filter(pid => pid !== String(process.pid));
	// A process can end meanwhile.
	return Promise.all(others.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}
