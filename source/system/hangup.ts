import {fstatSync, readFileSync, readSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';
import {codeOf} from './errors.ts';
import {isNullDevice} from './null-device.ts';

/** A hangup's place in the masks of `/proc`: signal 1 is the lowest bit. */
const hangupBit = 1n;

/**
 * True where this process was started to outlive its terminal: `nohup` or a shell's `trap '' HUP` had the hangup signal
 * ignored. Node takes every signal back from that before any of our code runs, and the system does not remember; so
 * these are the traces that are left. Looked at once, at the start, since the parent may be gone later.
 */
export const outlivesTerminal: boolean =
	process.platform !== 'win32' &&
	(startedByNohup(process.env._) || readsNothing() || writesNohupFile() || parentIgnoresHangup());

/** Shells name the program that they start in `_`; `nohup` passes it on as it is. */
function startedByNohup(program: string | undefined): boolean {
	return program !== undefined && path.basename(program) === 'nohup';
}

/** In a terminal's place, GNU's `nohup` puts `/dev/null` open for writing alone. */
function readsNothing(): boolean {
	try {
		// Nothing else is read from: that would take somebody's input away.
		const stats = fstatSync(0);
		if (!stats.isCharacterDevice() || !isNullDevice(stats)) {
			return false;
		}

		readSync(0, Buffer.alloc(1));
		return false;
	} catch (error) {
		return codeOf(error) === 'EBADF';
	}
}

/** In a terminal's place, every `nohup` puts `nohup.out`, here or in the home folder. */
function writesNohupFile(): boolean {
	return [1, 2].some(fd => {
		try {
			const {dev, ino, ...stats} = fstatSync(fd);
			return (
				stats.isFile() &&
				[process.cwd(), homedir()].some(folder => {
					const file = statSync(path.join(folder, 'nohup.out'), {throwIfNoEntry: false});
					return file?.dev === dev && file.ino === ino;
				})
			);
		} catch {
			return false;
		}
	});
}

/** A shell that ignores it hands that on; where a parent cannot be looked at, it is taken not to. */
function parentIgnoresHangup(): boolean {
	if (process.platform !== 'linux') {
		return false;
	}

	try {
		const status = readFileSync(`/proc/${process.ppid}/status`, 'latin1');
		const [, mask = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status) ?? [];
		return (BigInt(`0x${mask}`) & hangupBit) !== 0n;
	} catch {
		return false;
	}
}
