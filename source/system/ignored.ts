import {fstatSync, readFileSync, readSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';
import {codeOf} from './errors.ts';
import {isNullDevice} from './null-device.ts';

/**
 * The numbers of signals, which are their positions in the masks of `/proc`; the same on every Linux that
 * Node supports.
 */
const numbers = {SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15, SIGTTOU: 22} as const;

/**
 * Signals that shells pass on if a script ignores them. Others are ignored only by the parent itself, as
 * `system(3)` does while it waits.
 */
const shells = /^(?:sh|ash|bash|busybox|dash|ksh\w*|mksh|yash|zsh)$/;

/**
 * The signals that this process was started to ignore: `nohup`, or a shell's `trap '' HUP INT`. Node resets
 * every signal before any of our code runs, and the system does not remember, so these are the remaining
 * traces. Checked once, at the start, since the parent may end.
 */
export const ignored: ReadonlySet<NodeJS.Signals> = new Set(process.platform === 'win32' ? [] : found());

function found(): NodeJS.Signals[] {
	const isNohup = startedByNohup(process.env._) || readsNothing() || writesNohupFile();
	return [...(isNohup ? ['SIGHUP' as const] : []), ...ignoredByParent()];
}

/** Shells name the program that they start in `_`; `nohup` passes it on unchanged. */
function startedByNohup(program: string | undefined): boolean {
	return program !== undefined && path.basename(program) === 'nohup';
}

/** Instead of a terminal, GNU's `nohup` opens `/dev/null` only for writing. */
function readsNothing(): boolean {
	try {
		// Read from nothing else: that would take somebody's input.
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

/** Instead of a terminal, every `nohup` uses `nohup.out`, here or in the home folder. */
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

/** What the parent passed on. If that is unknown, it counts as ignoring nothing. */
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
		// At a prompt, shells ignore some signals for themselves, such as SIGTTOU. They ignore Ctrl-C only if a
		// script says so.
		const others =
			shells.test(parent) && ignores('SIGINT') && !ignores('SIGTTOU')
				? (['SIGINT', 'SIGQUIT', 'SIGTERM'] as const)
				: [];
		return (['SIGHUP', ...others] as const).filter(ignores);
	} catch {
		return [];
	}
}
