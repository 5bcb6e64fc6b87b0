import {build, type Metafile} from 'esbuild';
import {lateBuiltins, oneCore, withoutUnused, yogaWithoutFetch} from './bundle-plugins.ts';

/** The project's programs: what is bundled into `dist/`. */
export const programs = {
	cli: 'source/cli.tsx',
	index: 'source/index.ts',
	'clipboard-worker': 'source/desktop/clipboard-worker.ts',
};

/** What nearly every command needs, with all that it needs itself. */
const core = [
	'source/compose.ts',
	'source/options.ts',
	'source/passphrase.ts',
	'source/commands/command.ts',
	'source/commands/folder-problem.ts',
	'source/commands/json.ts',
	'source/flock/glyph.ts',
	'source/keymaker/check.ts',
	'source/keymaker/flock.ts',
];

/**
 * Bundles programs for Node, split, so that each loads only what it uses.
 * @param entryPoints files by the names that they get in the folder.
 * @returns what went into which file.
 */
export async function bundle(
	entryPoints: Readonly<Record<string, string>>,
	outdir: string,
): Promise<Metafile> {
	const {metafile} = await build({
		metafile: true,
		entryPoints: {...entryPoints},
		outdir,
		bundle: true,
		splitting: true,
		format: 'esm',
		platform: 'node',
		target: 'node22',
		// A late CommonJS module has no named exports in a bundle, so the ESM build of a library goes first.
		mainFields: ['module', 'main'],
		jsx: 'automatic',
		define: {'process.env.NODE_ENV': '"production"'},
		// clipboardy and open start programs that lie in their own folders; the classes of twitter-api-v2's clients and
		// errors have to be those that a bot's own program imports.
		external: ['clipboardy', 'open', 'twitter-api-v2'],
		plugins: [withoutUnused, yogaWithoutFetch, lateBuiltins, oneCore(...core)],
		// Half the size, and 2 ms less to compile for a headless command.
		minify: true,
		// CommonJS dependencies inside the bundle ask for Node's own modules by require.
		banner: {
			js: "import {createRequire as keymakerRequire} from 'node:module'; const require = keymakerRequire(import.meta.url);",
		},
		legalComments: 'linked',
		logLevel: 'warning',
	});
	return metafile;
}
