import {lstat, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {isPoemFile} from '../flock/poem.ts';
import {visible} from '../flock/visible.ts';
import {codeOf, isMissing} from '../system/errors.ts';
import {makeFolders, reasonOf} from '../system/files.ts';

/** The sample in a new folder of poems. */
const sample = {
	file: 'first-light.txt',
	text: 'First light\n\nThe kettle knows before the birds\nthat morning is a thing of steam;\nthe window writes it down in words\nthe sun rubs out, like half a dream.\n',
};

/**
 * Creates the folder of poems if missing, and adds a sample if it has no poems.
 * @returns the sample's file name; `null` if there are poems.
 * @throws FlockError `init-unwritable`, `init-unsafe`
 */
export async function addSample(folder: string): Promise<string | null> {
	try {
		await refuseLink(folder);
		await makeFolders(folder, 0o777);
		if ((await readdir(folder)).some(isPoemFile)) {
			return null;
		}

		await writeFile(path.join(folder, sample.file), sample.text, {flag: 'wx'});
		return sample.file;
	} catch (error) {
		throw unwritable(error, folder);
	}
}

/**
 * Refuses a link in place of a file to create or extend: in somebody else's folder it can lead to any of your
 * files.
 * @throws FlockError `init-unsafe`, or the system's error
 */
export async function refuseLink(place: string): Promise<void> {
	const found = await lstat(place).catch(error => {
		if (isMissing(error)) {
			return null;
		}

		throw error;
	});
	if (found?.isSymbolicLink()) {
		throw new FlockError(
			'init-unsafe',
			`${visible(place)} is a link, and keymaker does not write through links.`,
			{
				hint: 'Replace it with a file or folder, or run keymaker init in another folder.',
			},
		);
	}
}

/**
 * The error for a path that cannot be written.
 * @param error of the file system; anything else is thrown unchanged.
 * @param place used if the error names none.
 */
export function unwritable(error: unknown, place: string): FlockError {
	const {path: where} = error as NodeJS.ErrnoException;
	if (codeOf(error) === '' || error instanceof FlockError) {
		throw error;
	}

	return new FlockError('init-unwritable', `Cannot write ${visible(where ?? place)}: ${reasonOf(error)}.`, {
		hint: 'Make the folder writable, or run keymaker init in another one.',
	});
}
