import {mkdtemp, rm} from 'node:fs/promises';
import path from 'node:path';
import {bundle} from '../../scripts/bundle.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** A test's program that starts as quickly as the built one. */
export type Bundled = {
	/** Its file. */
	readonly program: string;
	/** Removes it. */
	remove(): Promise<void>;
};

/**
 * Bundles a test's program as the build does: run from the sources, each start would translate them and take Ink apart anew.
 * @param file its path from the project's folder.
 */
export async function bundled(file: string): Promise<Bundled> {
	// Below the project, so that the packages that stay outside are found.
	const folder = await mkdtemp(path.join(root, 'node_modules', '.test-'));
	await bundle({program: file}, folder);
	return {
		program: path.join(folder, 'program.js'),
		remove: () => rm(folder, {recursive: true, force: true}),
	};
}
