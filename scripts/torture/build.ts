import {chmodSync, mkdtempSync, rmSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {build, type Plugin} from 'esbuild';
import type {Edit} from './sabotages.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** The bench and its worker as programs that start quickly. */
export type Built = {bench: string; worker: string; remove(): void};

/** Bundles the bench and its worker. @param edits what sabotage changes in the sources on the way; the sources themselves stay. */
export async function buildBench(edits: readonly Edit[] = []): Promise<Built> {
	// As deep as the sources, so that what looks for the project from its own place finds it.
	const folder = mkdtempSync(path.join(root, 'node_modules', '.torture-'));
	// Another user runs the worker too.
	chmodSync(folder, 0o755);
	const used = new Set<Edit>();
	try {
		await build({
			entryPoints: {
				bench: path.join(import.meta.dirname, 'main.ts'),
				worker: path.join(import.meta.dirname, 'worker.ts'),
			},
			outdir: folder,
			outExtension: {'.js': '.mjs'},
			bundle: true,
			splitting: false,
			format: 'esm',
			platform: 'node',
			target: 'node22',
			mainFields: ['module', 'main'],
			jsx: 'automatic',
			external: [...external],
			banner: {
				js: "import {createRequire as benchRequire} from 'node:module'; const require = benchRequire(import.meta.url);",
			},
			plugins: [editing(edits, used)],
			logLevel: 'warning',
		});
		const unused = edits.find(edit => !used.has(edit));
		if (unused !== undefined) {
			throw new Error(`Nothing to sabotage was found in ${unused.file}: ${unused.find}`);
		}
	} catch (error) {
		rmSync(folder, {recursive: true, force: true});
		throw error;
	}

	return {
		bench: path.join(folder, 'bench.mjs'),
		worker: path.join(folder, 'worker.mjs'),
		remove: () => rmSync(folder, {recursive: true, force: true}),
	};
}

/** Packages that the bench alone uses, and that need no bundling. */
const external = [
	'@lydell/node-pty',
	'@xterm/headless',
	'fast-check',
	'twitter-api-v2',
	'ink',
	'react',
	'clipboardy',
	'open',
	'pg',
	'pg-connection-string',
	'pgpass',
];

function editing(edits: readonly Edit[], used: Set<Edit>): Plugin {
	return {
		name: 'sabotage',
		setup({onLoad}) {
			onLoad({filter: /\.tsx?$/}, async ({path: file}) => {
				const own = edits.filter(edit => file.endsWith(`/source/${edit.file}`));
				if (own.length === 0) {
					return null;
				}

				let text = await readFile(file, 'utf8');
				for (const edit of own) {
					if (text.includes(edit.find)) {
						used.add(edit);
						text = text.replaceAll(edit.find, () => edit.put);
					}
				}

				return {contents: text, loader: file.endsWith('x') ? 'tsx' : 'ts'};
			});
		},
	};
}
