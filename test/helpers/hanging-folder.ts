import {execFileSync, spawnSync} from 'node:child_process';
import {closeSync, existsSync, mkdtempSync, openSync, rmdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** A folder on a share whose server never answers, and how to let go of it. */
export type HangingFolder = {path: string; close(): void};

/**
 * Mounts a folder that hangs whoever opens anything in it: a file system in user space (FUSE) whose program says nothing.
 * @param over a folder that is there, and is there again afterwards; a new one otherwise.
 * @returns why not, where this system or this user cannot.
 */
export function hangingFolder(over?: string): HangingFolder | string {
	if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/dev/fuse')) {
		return 'needs root and /dev/fuse';
	}

	let device: number;
	try {
		device = openSync('/dev/fuse', 'r+');
	} catch {
		return 'needs a /dev/fuse that can be opened';
	}

	const folder = over ?? mkdtempSync(path.join(tmpdir(), 'hanging-'));
	const options = 'fd=3,rootmode=040000,user_id=0,group_id=0';
	const {status} = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'none', folder], {
		stdio: ['ignore', 'ignore', 'ignore', device],
	});
	if (status !== 0) {
		closeSync(device);
		if (over === undefined) {
			rmdirSync(folder);
		}

		return 'needs leave to mount';
	}

	return {
		path: folder,
		close() {
			// With the device closed, everything that waits is answered with an error.
			closeSync(device);
			execFileSync('umount', ['-l', folder]);
			if (over === undefined) {
				rmdirSync(folder);
			}
		},
	};
}
