import {build, type Metafile} from 'esbuild';
import {quickDrawing} from './bundle-ink.ts';
import {builtinsWithoutFacades, oneCore, withoutUnused} from './bundle-plugins.ts';

/** The project's programs: what is bundled into `dist/`. */
export const programs = {
	cli: 'source/cli.ts',
	index: 'source/index.ts',
	'browser-worker': 'source/desktop/browser-worker.ts',
	'clipboard-worker': 'source/desktop/clipboard-worker.ts',
	'window-worker': 'source/desktop/window-worker.ts',
};

/** What each program needs in every run, with all that it needs itself; nothing for the others. */
const cores: Readonly<Record<string, readonly string[]>> = {
	cli: [
		'source/compose-reading.ts',
		'source/flock/words.ts',
		'source/command-line/options.ts',
		'source/command-line/passphrase.ts',
		'source/command-line/parse.ts',
		'source/command-line/terminal.ts',
	],
	index: [
		'source/command-line/environment.ts',
		'source/flock/nearest.ts',
		'source/keymaker/in-force.ts',
		'source/keystore/open.ts',
		'source/command-line/passphrase.ts',
		'source/poems/folder.ts',
	],
};

/** What the screen and most commands but those that only read need besides. */
const makersCore = [
	'source/compose.ts',
	'source/flock/width.ts',
	'source/keymaker/export.ts',
	'source/keymaker/forget.ts',
	'source/keymaker/grant.ts',
	'source/keymaker/sample.ts',
];
const makers =
	/^source\/(screen|compose|desktop\/link-window|command-line\/surroundings|commands\/(?!shared\/list-).*)\.tsx?$/;

/** What draws with Ink, which is loaded once the first frame stands there: with all that drew that frame. */
const inkWindow = 'source/tui/window/open.tsx';

/**
 * Bundles programs for Node, each split, so that it loads only what it uses. They share no file: what only one of them
 * needs would lie in files apart then, and each file takes half a millisecond to load.
 * @param entryPoints files by the names that they get in the folder.
 * @returns what went into which file.
 */
export async function bundle(
	entryPoints: Readonly<Record<string, string>>,
	outdir: string,
): Promise<Metafile> {
	const metafiles = await Promise.all(Object.entries(entryPoints).map(entry => bundleOne(entry, outdir)));
	return {
		inputs: Object.assign({}, ...metafiles.map(({inputs}) => inputs)),
		outputs: Object.assign({}, ...metafiles.map(({outputs}) => outputs)),
	};
}

async function bundleOne([name, file]: readonly [string, string], outdir: string): Promise<Metafile> {
	const {metafile} = await build({
		metafile: true,
		entryPoints: {[name]: file},
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
		plugins: [
			quickDrawing,
			withoutUnused,
			builtinsWithoutFacades,
			oneCore(file => [
				...(cores[name] ?? []),
				...(makers.test(file) ? makersCore : []),
				...(file === inkWindow ? ['source/screen.ts'] : []),
			]),
		],
		// Half the size, and less to compile for a headless command.
		minify: true,
		legalComments: 'linked',
		logLevel: 'warning',
	});
	return metafile;
}
