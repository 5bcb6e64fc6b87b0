import {spawnSync} from 'node:child_process';
import {statfsSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {daemonFolder, give, removeDaemonFolder} from './daemon.ts';
import {whySkipped} from './installed.ts';

/** A disk of its own in memory. */
export type SmallDisk = {
	readonly folder: string;
	/** Leaves not a block of it free. */
	fill(): void;
	/** Frees what `fill` has taken. */
	empty(): void;
	close(): void;
};

/** Why no disk can be mounted here; `false` where one can, or has to be. */
export const whyNoSmallDisk = whySkipped(
	process.platform === 'linux' && process.getuid?.() === 0
		? false
		: 'needs root on Linux, to mount a small disk',
);

/** Mounts a disk of so many mebibytes for a server's data. `close` it whatever happens. @throws where it may not be */
export function mountSmallDisk(mebibytes: number): SmallDisk {
	const folder = daemonFolder('disk');
	const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'tmpfs', folder]);
	if (mounted.status !== 0) {
		removeDaemonFolder(folder);
		throw new Error(`No disk can be mounted: ${mounted.stderr}`);
	}

	give(folder);
	const ballast = path.join(folder, 'ballast');
	return {
		folder,
		fill() {
			const {bavail, bsize} = statfsSync(folder);
			writeFileSync(ballast, Buffer.alloc(bavail * bsize), {flag: 'a'});
		},
		empty: () => writeFileSync(ballast, ''),
		close() {
			spawnSync('umount', ['-l', folder]);
			removeDaemonFolder(folder);
		},
	};
}
