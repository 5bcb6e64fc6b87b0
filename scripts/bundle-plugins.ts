import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {Plugin} from 'esbuild';

/** Modules that a bundle does without, and what stands in their place. */
const replacements: Readonly<Record<string, string>> = {
	// Ink asks for it in development only; as an external it would be missing at launch.
	'react-devtools-core': 'export default {}',
	// conf loads it whether or not it is given a schema, and it is given none: 150 kB, and 14 ms of the first save.
	'ajv/dist/2020.js': 'export class Ajv2020 {}',
	'ajv-formats': 'export default {}',
};

/** Puts something small in the place of modules that are loaded and never used. */
export const withoutUnused: Plugin = {
	name: 'without-unused',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^(react-devtools-core|ajv\/dist\/2020\.js|ajv-formats)$/}, ({path: name}) => ({
			path: name,
			namespace: 'replaced',
		}));
		onLoad({filter: /.*/, namespace: 'replaced'}, ({path: name}) => ({contents: replacements[name] ?? ''}));
	},
};

/** Where Yoga's loader asks whether there is a `fetch`. */
const yogaFetch = '"function"!=typeof fetch';

/**
 * Lets Yoga decode what it is made of by itself. Its loader fetches it from a `data:` address otherwise, and with `fetch`
 * Node loads its whole part for the web: 35 ms before the first frame, more than Node itself takes to start.
 */
export const yogaWithoutFetch: Plugin = {
	name: 'yoga-without-fetch',
	setup({onLoad}) {
		onLoad({filter: /yoga-wasm-base64-esm\.js$/}, async ({path: file}) => {
			const text = await readFile(file, 'utf8');
			if (!text.includes(yogaFetch)) {
				throw new Error('Yoga’s loader is no longer what it was: look at it again.');
			}

			return {contents: text.replaceAll(yogaFetch, '!0'), loader: 'js'};
		});
	},
};

/**
 * Functions of Node's own modules that few runs of the program call. An `import` of such a module reads all that it
 * exports, and with it Node loads its parts for workers, reports, streams and sockets: 6 ms for what commander alone
 * imports, a fifth of what Node itself takes to start.
 */
const lateFunctions: Readonly<Record<string, readonly string[]>> = {
	'node:child_process': ['spawn'],
	'node:readline': ['createInterface'],
	'node:stream/consumers': ['text'],
	'node:timers/promises': ['setTimeout'],
	'node:url': ['fileURLToPath', 'pathToFileURL'],
	'node:util': ['stripVTControlCharacters'],
};

/** Loads these modules of Node's when one of their functions is called; an import of anything else from them fails here. */
export const lateBuiltins: Plugin = {
	name: 'late-builtins',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^node:/}, ({path: name, importer}) => {
			const isLate = importer.includes('/node_modules/commander/')
				? name in lateFunctions || name === 'node:process'
				: isOurs(importer) && !isWorker(importer) && name in lateFunctions && name !== 'node:util';
			return isLate ? {path: name, namespace: 'late-builtins'} : null;
		});
		onLoad({filter: /.*/, namespace: 'late-builtins'}, ({path: name}) => {
			const names = lateFunctions[name];
			if (names === undefined) {
				return {contents: 'export default process'};
			}

			const functions = names.map(
				one => `export const ${one} = (...args) => process.getBuiltinModule('${name}').${one}(...args);`,
			);
			return {contents: [...functions, `export default {${names.join(', ')}};`].join('\n')};
		});
	},
};

/**
 * Keeps what nearly every command needs in one file. esbuild puts modules together that the very same programs and late
 * modules use, and would make two dozen small files of these; Node takes half a millisecond for each file that it loads.
 * @param core modules that every program, and everything that is loaded late, is made to load: they come in one file with
 * all that they use themselves. Programs named `…-worker` do without.
 */
export function oneCore(...core: readonly string[]): Plugin {
	const contents = core.map(file => `import ${JSON.stringify(path.resolve(file))};`).join('\n');
	return {
		name: 'one-core',
		setup({onResolve, onLoad}) {
			onResolve({filter: /^one-core$/}, ({path: name}) => ({path: name, namespace: 'one-core'}));
			onLoad({filter: /.*/, namespace: 'one-core'}, () => ({contents, resolveDir: path.resolve('source')}));
			onResolve({filter: /\.tsx?$/}, ({path: name, kind, resolveDir}) => {
				const file = path.resolve(resolveDir, name);
				const begins = kind === 'entry-point' || kind === 'dynamic-import';
				// Whatever package.json says of side effects: an import of the core by its name alone has to stay.
				return isOurs(file)
					? {path: file, sideEffects: true, pluginData: begins && !isWorker(file) ? 'with-core' : undefined}
					: null;
			});
			onLoad({filter: /\.tsx?$/}, async ({path: file, pluginData}) =>
				pluginData === 'with-core'
					? {
							contents: `${await readFile(file, 'utf8')}\nimport 'one-core';\n`,
							loader: file.endsWith('x') ? 'tsx' : 'ts',
						}
					: null,
			);
		},
	};
}

/** A program that runs beside keymaker, and shares nothing with it. */
function isWorker(file: string): boolean {
	return file.endsWith('-worker.ts');
}

function isOurs(file: string): boolean {
	return file.startsWith(path.resolve('source') + path.sep);
}
