import {execFileSync} from 'node:child_process';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

/**
 * Writes the types of a module of `source`, and of no other than those that it shows.
 * @param name the module, without its ending.
 * @param outdir the folder that they are written to.
 */
export async function writeDeclarations(name: string, outdir: string): Promise<void> {
	const all = await mkdtemp(path.join(tmpdir(), 'keymaker-types-'));
	try {
		execFileSync('tsc', ['-p', 'tsconfig.build.json', '--outDir', all], {stdio: 'inherit'});
		const files = [`${name}.d.ts`];
		for (const file of files) {
			const text = await readFile(path.join(all, file), 'utf8');
			for (const [, imported = ''] of text.matchAll(/from '(\.[^']+)\.ts'/g)) {
				const target = `${path.join(path.dirname(file), imported)}.d.ts`;
				if (!files.includes(target)) {
					files.push(target);
				}
			}

			await mkdir(path.join(outdir, path.dirname(file)), {recursive: true});
			await writeFile(path.join(outdir, file), text.replaceAll(/(from '\.[^']+)\.ts'/g, "$1.js'"));
		}
	} finally {
		await rm(all, {recursive: true, force: true});
	}
}
