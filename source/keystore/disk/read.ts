import {stat} from 'node:fs/promises';
import {isMissing} from '../../system/errors.ts';
import {readFileWithin} from '../../system/files.ts';
import {failureOf} from './failures.ts';

/** A file as it was read. */
export type FileBytes = {
	bytes: Buffer;
	/** Changes whenever the file is replaced or changed. */
	stamp: string;
	/** True if the file changed so shortly before it was read that another change could have the same stamp. */
	fresh: boolean;
};

/** A file that changed less than this before it was read may change again unnoticed; milliseconds. */
const coarsestClock = 100;

/** No keystore is this large: 10,000 bots take a few megabytes. Bytes. */
const largest = 256 * 1024 * 1024;

/** Reads a file completely; `null` if there is none. @throws `keystore-unreadable` */
export async function readBytes(path: string): Promise<FileBytes | null> {
	try {
		const {bytes, stats} = await readFileWithin(path, {most: largest});
		return {bytes, stamp: stampOf(stats), fresh: Number(stats.mtimeMs) > Date.now() - coarsestClock};
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw failureOf(error, 'read', path);
	}
}

/** The file's current stamp; `null` if there is none. @throws `keystore-unreadable` */
export async function stampNow(path: string): Promise<string | null> {
	try {
		return stampOf(await stat(path, {bigint: true}));
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw failureOf(error, 'read', path);
	}
}

type Stamped = {dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint; ctimeNs: bigint};

/** Tells two states of a file apart without reading them. */
export function stampOf({dev, ino, size, mtimeNs, ctimeNs}: Stamped): string {
	return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
