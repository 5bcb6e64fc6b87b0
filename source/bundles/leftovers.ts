import {createHash, randomUUID} from 'node:crypto';
import {readlinkSync} from 'node:fs';
import {lstat, readdir, rm} from 'node:fs/promises';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {codeOf} from '../system/errors.ts';

/** Key files before their final rename, and the empty files that try out names. */
const leftover =
	/^\.keymaker-(?:probe-.*|(?:([0-9a-f]{8})-(\d+)-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp)$/;

/** Nobody uses an older file any more; milliseconds. */
const oldAge = 60 * 60 * 1000;

let ours: string | null = null;

/**
 * The name of an unfinished file. It says where and which process writes it, so others know whether it is
 * still in use.
 */
export function temporaryName(): string {
	return `.keymaker-${placeOfProcesses()}-${process.pid}-${randomUUID()}.tmp`;
}

/**
 * Removes key files that a killed export left in a folder. Files in use or of another owner stay. Never
 * throws: if it cannot read a folder, it removes nothing.
 * @returns the paths of removed files.
 */
export async function sweepLeftovers(folder: string): Promise<string[]> {
	const removed: string[] = [];
	for (const name of (await readdir(folder).catch(() => [])).filter(name => leftover.test(name))) {
		const file = join(folder, name);
		try {
			const {size, uid, mtimeMs, ...found} = await lstat(file).then(stats => ({
				...stats,
				isFile: stats.isFile(),
			}));
			const isOurs = found.isFile && (process.getuid === undefined || uid === process.getuid());
			if (isOurs && isAbandoned(name, mtimeMs)) {
				await rm(file);
				// An empty file held no keys, so there is no need to mention it.
				removed.push(...(size > 0 ? [file] : []));
			}
		} catch {
			// Another keymaker was faster, or the folder is not writable.
		}
	}

	return removed;
}

function isAbandoned(name: string, changedAt: number): boolean {
	const [, place, process] = leftover.exec(name) ?? [];
	return Date.now() - changedAt > oldAge || (place === placeOfProcesses() && !isRunning(Number(process)));
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return codeOf(error) !== 'ESRCH';
	}
}

/** Where this process's number is valid: this computer, and this container in it. */
function placeOfProcesses(): string {
	ours ??= createHash('sha256').update(`${hostname()} ${processSpace()}`).digest('hex').slice(0, 8);
	return ours;
}

function processSpace(): string {
	try {
		return readlinkSync('/proc/self/ns/pid');
	} catch {
		return '';
	}
}
