import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {bundle, programs} from '../bundle.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** The programs that are measured, as files. */
export type Programs = {
	/** keymaker, bundled as `npm run build` does it. */
	cli: string;
	/** The library. */
	library: string;
	/** A bare Ink hello world, bundled the same way. */
	hello: string;
	/** What the bench measures inside a process: saving, and checking. */
	work: string;
	/** A server that gives every request the same answer. */
	server: string;
	remove(): void;
};

/** Bundles everything into a folder of its own, so that nobody else's build comes between. */
export async function buildPrograms(): Promise<Programs> {
	// Below the project, so that the packages that stay outside the bundle are found.
	const folder = mkdtempSync(path.join(root, 'node_modules', '.bench-'));
	const file = (name: string) => path.join(folder, name);
	const own = (name: string) => path.join(import.meta.dirname, 'programs', name);
	try {
		// As in the package that people install: else Node compiles each file once more, to find out what it is.
		writeFileSync(file('package.json'), '{"type": "module"}');
		await bundle(
			Object.fromEntries(Object.entries(programs).map(([name, entry]) => [name, path.join(root, entry)])),
			file('keymaker'),
		);
		await bundle({hello: own('hello.tsx')}, file('hello'));
		await bundle({work: own('work.ts'), server: own('server.ts')}, file('work'));
	} catch (error) {
		rmSync(folder, {recursive: true, force: true});
		throw error;
	}

	return {
		cli: file('keymaker/cli.js'),
		library: file('keymaker/index.js'),
		hello: file('hello/hello.js'),
		work: file('work/work.js'),
		server: file('work/server.js'),
		remove: () => rmSync(folder, {recursive: true, force: true}),
	};
}
