/** Builds `dist/`: the program and the library as one split bundle, and the library's declarations. */
import {execFileSync} from 'node:child_process';
import {chmod, rm} from 'node:fs/promises';
import {build, type Plugin} from 'esbuild';

/** Ink asks for it in development only; as an external it would be missing at launch. */
const withoutDevtools: Plugin = {
	name: 'without-devtools',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^react-devtools-core$/}, () => ({path: 'react-devtools-core', namespace: 'empty'}));
		onLoad({filter: /.*/, namespace: 'empty'}, () => ({contents: 'export default {}'}));
	},
};

await rm('dist', {recursive: true, force: true});
await build({
	entryPoints: {
		cli: 'source/cli.tsx',
		index: 'source/index.ts',
		'clipboard-worker': 'source/desktop/clipboard-worker.ts',
	},
	outdir: 'dist',
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	target: 'node22',
	// A late CommonJS module has no named exports in a bundle, so the ESM build of a library goes first.
	mainFields: ['module', 'main'],
	jsx: 'automatic',
	define: {'process.env.NODE_ENV': '"production"'},
	// clipboardy and open start programs that lie in their own folders.
	external: ['clipboardy', 'open'],
	plugins: [withoutDevtools],
	// CommonJS dependencies inside the bundle ask for Node's own modules by require.
	banner: {
		js: "import {createRequire as keymakerRequire} from 'node:module'; const require = keymakerRequire(import.meta.url);",
	},
	legalComments: 'linked',
	logLevel: 'warning',
});
await chmod('dist/cli.js', 0o755);
if (!process.argv.includes('--no-types')) {
	execFileSync('tsc', ['-p', 'tsconfig.build.json'], {stdio: 'inherit'});
}
