import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import type {Metafile} from 'esbuild';

/** The packages whose code is in a bundle, with the words under which each is given away: they ask for that. */
export async function licencesOf(metafile: Metafile): Promise<string> {
	// A package may lie in several folders.
	const texts = new Set(await Promise.all(packagesIn(metafile).map(licenceOf)));
	return `keymaker holds code of these packages, each under its own licence.\n\n${[...texts].join('\n')}`;
}

/** The folders of the packages that something of is in the bundle, in order. */
export function packagesIn(metafile: Metafile): string[] {
	const folders = new Set<string>();
	for (const {inputs} of Object.values(metafile.outputs)) {
		for (const [file, {bytesInOutput}] of Object.entries(inputs)) {
			// What the build itself adds has a name with a colon.
			const folder = /^[^:]*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
			if (folder !== undefined && bytesInOutput > 0) {
				folders.add(folder);
			}
		}
	}

	return [...folders].sort();
}

async function licenceOf(folder: string): Promise<string> {
	const {name, version, license, author, homepage} = JSON.parse(
		await readFile(path.join(folder, 'package.json'), 'utf8'),
	);
	const file = (await readdir(folder)).find(entry => /^licen[cs]e/i.test(entry));
	const words =
		file === undefined
			? `By ${author?.name ?? author ?? 'its authors'}, ${homepage ?? 'see npm'}; its package holds no text of the licence.`
			: (await readFile(path.join(folder, file), 'utf8')).trim();
	return `${'-'.repeat(80)}\n${name} ${version} (${license})\n\n${words}\n`;
}
