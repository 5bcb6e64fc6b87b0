import {createHash, randomUUID} from 'node:crypto';
import {readlinkSync} from 'node:fs';
import {lstat, readdir, rm} from 'node:fs/promises';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {codeOf} from '../system/errors.ts';

/** Files of keys before they get their names, and the empty ones by which names are tried out. */
const leftover =
	/^\.keymaker-(?:probe-.*|(?:([0-9a-f]{8})-(\d+)-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp)$/;

/** What is older than this is in nobody's hands any more; milliseconds. */
const oldAge = 60 * 60 * 1000;

let ours: string | null = null;

/** The name of a file that is being written: says where and by which process, so that others know whether it still is. */
export function temporaryName(): string {
	return `.keymaker-${placeOfProcesses()}-${process.pid}-${randomUUID()}.tmp`;
}

/**
 * Removes the files of keys that a killed export left in a folder. One that is being written stays, and so does
 * whatever belongs to somebody else. Never throws: a folder that cannot be read has nothing that can be removed.
 * @returns the files that were removed, as paths.
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
				// An empty one held no keys, and nobody has to hear of it.
				removed.push(...(size > 0 ? [file] : []));
			}
		} catch {
			// Another keymaker was faster, or the folder is closed to us.
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

/** Where this process's number means something: this computer, and in it this container. */
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
