/** Builds `dist/`: the program and the library as one split bundle, the licences of what is in it, the manual’s page, the types, and the list of what ships. */
import {chmod, rename, rm, writeFile} from 'node:fs/promises';
import packageJson from '../package.json' with {type: 'json'};
import {bundle, programs} from './bundle.ts';
import {writeDeclarations} from './declarations.ts';
import {licencesOf} from './licences.ts';
import {manualPage} from './man.ts';
import {sbomOf} from './sbom.ts';

// Beside it first: a build that fails leaves what the last one made.
const draft = `dist-${process.pid}.tmp`;
try {
	const metafile = await bundle(programs, draft);
	await chmod(`${draft}/cli.js`, 0o755);
	await writeFile(`${draft}/keymaker.1`, await manualPage(packageJson.version));
	await writeFile(`${draft}/THIRD-PARTY-LICENSES.txt`, await licencesOf(metafile));
	if (!process.argv.includes('--no-types')) {
		await Promise.all([
			writeDeclarations('index', draft),
			sbomOf(metafile).then(text => writeFile(`${draft}/sbom.cdx.json`, text)),
		]);
	}

	await rm('dist', {recursive: true, force: true});
	await rename(draft, 'dist');
} finally {
	await rm(draft, {recursive: true, force: true});
}
