import {mkdir, rm, utimes} from 'node:fs/promises';

/** Holds a keystore file's lock as another program does, kept fresh until it is let go of: saves wait meanwhile. */
export async function holdLock(file: string): Promise<{release(): Promise<void>}> {
	const lock = `${file}.lock`;
	await mkdir(lock, {recursive: true});
	const timer = setInterval(() => utimes(lock, new Date(), new Date()).catch(() => {}), 500);
	return {
		async release() {
			clearInterval(timer);
			await rm(lock, {recursive: true});
		},
	};
}
