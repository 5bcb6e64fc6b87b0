import {fstatSync, readFileSync, readSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';
import {codeOf} from './errors.ts';
import {isNullDevice} from './null-device.ts';

/** The numbers of signals, whose places in the masks of `/proc` they are; the same on every Linux that Node is made for. */
const numbers = {SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15, SIGTTOU: 22} as const;

/** Shells hand on what a script has them ignore. Others ignore for themselves alone, as `system(3)` does while it waits. */
const shells = /^(?:sh|ash|bash|busybox|dash|ksh\w*|mksh|yash|zsh)$/;

/**
 * The signals that this process was started to ignore: `nohup`, or a shell's `trap '' HUP INT`. Node takes every signal back
 * from that before any of our code runs, and the system does not remember; so these are the traces that are left. Looked at
 * once, at the start, since the parent may be gone later.
 */
export const ignored: ReadonlySet<NodeJS.Signals> = new Set(process.platform === 'win32' ? [] : found());

function found(): NodeJS.Signals[] {
	const isNohup = startedByNohup(process.env._) || readsNothing() || writesNohupFile();
	return [...(isNohup ? ['SIGHUP' as const] : []), ...ignoredByParent()];
}

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

/** What the parent has handed on; where it cannot be looked at, it is taken to ignore nothing. */
function ignoredByParent(): NodeJS.Signals[] {
	if (process.platform !== 'linux') {
		return [];
	}

	try {
		const status = readFileSync(`/proc/${process.ppid}/status`, 'latin1');
		const [, mask = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status) ?? [];
		const ignores = (signal: keyof typeof numbers) =>
			((BigInt(`0x${mask}`) >> BigInt(numbers[signal] - 1)) & 1n) === 1n;
		const [, parent = ''] = /^Name:\s*(.*)$/m.exec(status) ?? [];
		// At a prompt shells ignore some for themselves, SIGTTOU among them; Ctrl-C only where a script says so.
		const others =
			shells.test(parent) && ignores('SIGINT') && !ignores('SIGTTOU')
				? (['SIGINT', 'SIGQUIT', 'SIGTERM'] as const)
				: [];
		return (['SIGHUP', ...others] as const).filter(ignores);
	} catch {
		return [];
	}
}
