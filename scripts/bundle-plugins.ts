import {readFile} from 'node:fs/promises';
import {createRequire, isBuiltin} from 'node:module';
import path from 'node:path';
import type {Plugin} from 'esbuild';

/** Modules that a bundle does without, and what stands in their place. */
const replacements: Readonly<Record<string, string>> = {
	// Ink asks for it in development only, and it for a package that would be missing at launch.
	'./devtools.js': '',
	// conf loads it whether or not it is given a schema, and it is given none.
	'ajv/dist/2020.js': 'export class Ajv2020 {}',
	'ajv-formats': 'export default {}',
	// conf's writer has it remove temporary files, which the next save does; and it sends every signal once more, so that a
	// Ctrl-C would count twice.
	'when-exit': 'export default () => () => {};',
	// pg asks for both at once: a package that nobody installs, and one for another platform than Node.
	'pg-native': 'export default null;',
	'pg-cloudflare': 'export class CloudflareSocket {}',
	// age-encryption loads every kind of key, and is slow to prepare those that no identity of ours has.
	'@noble/post-quantum/hybrid.js': 'export const MLKEM768P256 = null, MLKEM768X25519 = null;',
	'@noble/curves/nist.js': 'export const p256 = null;',
	'./webauthn.js': '',
};

/** Puts something small in the place of modules that are loaded and never used. */
export const withoutUnused: Plugin = {
	name: 'without-unused',
	setup({onResolve, onLoad}) {
		onResolve({filter: /./}, ({path: name}) =>
			Object.hasOwn(replacements, name) ? {path: name, namespace: 'replaced'} : null,
		);
		onLoad({filter: /.*/, namespace: 'replaced'}, ({path: name}) => ({contents: replacements[name] ?? ''}));
	},
};

/**
 * Node's own modules that take it long to load, and that many runs never call.
 */
const heavyBuiltins: ReadonlySet<string> = new Set([
	'child_process',
	'crypto',
	'fs/promises',
	'os',
	'readline',
	'stream/consumers',
	'timers/promises',
	'tty',
	'url',
	'zlib',
]);

/** Functions of `fs/promises` that differ in more than that from those of `fs`, which take a callback. */
const unlikeCallbacks: ReadonlySet<string> = new Set(['glob', 'open', 'realpath', 'watch']);

/**
 * Takes Node's own modules without their facades. For an `import` of one, Node reads all that the module exports, and
 * so loads its parts for workers, reports, streams and sockets as well: that is felt even for `fs`
 * alone, and costs nothing by `getBuiltinModule`. Heavy ones are loaded when one of their functions is called.
 */
export const builtinsWithoutFacades: Plugin = {
	name: 'builtins-without-facades',
	setup({onResolve, onLoad}) {
		onResolve({filter: /./}, ({path: name, importer, kind}) =>
			isBuiltin(name) && kind !== 'dynamic-import'
				? // One for each importer: what one of them reads is not read where the others are loaded.
					{
						path: `${name.replace('node:', '')} of ${path.relative('.', importer)}`,
						namespace: 'builtin',
						pluginData: kind,
					}
				: null,
		);
		onLoad({filter: /.*/, namespace: 'builtin'}, ({path: label, pluginData}) => {
			const [name = ''] = label.split(' ', 1);
			if (pluginData === 'require-call') {
				return {contents: `module.exports = ${loading(name)};`};
			}

			const builtin = createRequire(import.meta.url)(name);
			const isHeavy = heavyBuiltins.has(name);
			return {contents: isHeavy ? lateExports(name, builtin) : exportsNow(name, Object.keys(builtin))};
		});
	},
};

/** Marked as pure, so that esbuild leaves out what nobody imports: then not even a getter of Node's is called. */
function exportsNow(name: string, exported: readonly string[]): string {
	const lines = exported.map(one => `export const ${one} = /* @__PURE__ */ (() => builtin.${one})();`);
	return [`const builtin = /* @__PURE__ */ ${loading(name)};`, ...lines, 'export default builtin;'].join(
		'\n',
	);
}

/**
 * Functions, and the module as a whole, which look for what is asked of them when it is asked for; an import of a class
 * fails when the bundle is made. Constants by their name are there at once.
 */
function lateExports(name: string, builtin: Readonly<Record<string, unknown>>): string {
	const functions = Object.keys(builtin).filter(
		one => typeof builtin[one] === 'function' && /^[a-z]/.test(one),
	);
	const lines = functions.map(one =>
		name === 'fs/promises' && !unlikeCallbacks.has(one)
			? `export const ${one} = (...args) => new Promise((resolve, reject) =>
				${loading('fs')}.${one}(...args, (error, value) => error ? reject(error) : resolve(value)));`
			: `export const ${one} = (...args) => ${loading(name)}.${one}(...args);`,
	);
	const constants = `${loading(name === 'fs/promises' ? 'fs' : name)}.constants`;
	return [
		...lines,
		...(builtin.constants ? [`export const constants = /* @__PURE__ */ (() => ${constants})();`] : []),
		`export default /* @__PURE__ */ new Proxy({}, {get: (_, one) => ${loading(name)}[one]});`,
	].join('\n');
}

function loading(name: string): string {
	return `process.getBuiltinModule('${name}')`;
}

/**
 * Keeps what a program needs in every run in one file. esbuild puts modules together that the very same late modules use,
 * and would make two dozen small files of these; Node takes half a millisecond for each file that it loads.
 * @param coreOf the modules that a program, or something that is loaded late, is made to load: they come in one file
 * with all that they use themselves.
 */
export function oneCore(coreOf: (file: string) => readonly string[]): Plugin {
	const importsOf = (file: string) =>
		coreOf(path.relative('.', file)).map(core => `\nimport ${JSON.stringify(path.resolve(core))};`);
	return {
		name: 'one-core',
		setup({onResolve, onLoad, initialOptions: {external = []}}) {
			onResolve({filter: /\.tsx?$/}, ({path: name, kind, resolveDir}) => {
				const file = path.resolve(resolveDir, name);
				if (!file.startsWith(path.resolve('source') + path.sep)) {
					return null;
				}

				// A module of its own for what is loaded late: the file may be imported at once by others.
				return kind === 'dynamic-import'
					? {path: file, namespace: 'late'}
					: // Whatever package.json says of side effects: an import of the core by its name alone has to stay.
						{path: file, sideEffects: true, pluginData: kind === 'entry-point' ? 'with-core' : undefined};
			});
			onLoad({filter: /./, namespace: 'late'}, ({path: file}) => ({
				contents: [`export * from ${JSON.stringify(file)};`, ...importsOf(file)].join(''),
				resolveDir: path.dirname(file),
			}));
			onLoad({filter: /\.tsx?$/}, async ({path: file, pluginData}) =>
				pluginData === 'with-core'
					? {
							contents: [await readFile(file, 'utf8'), ...importsOf(file)].join(''),
							loader: file.endsWith('x') ? 'tsx' : 'ts',
						}
					: null,
			);
			// A library that is loaded late too: else what esbuild itself adds to both would lie in a file apart.
			onResolve({filter: /^[a-z]/}, ({path: name, kind, resolveDir}) =>
				kind === 'dynamic-import' && !external.includes(name)
					? {path: name, namespace: 'late-library', pluginData: resolveDir}
					: null,
			);
			onLoad({filter: /./, namespace: 'late-library'}, ({path: name, pluginData: resolveDir}) => ({
				contents: [`export {default} from ${JSON.stringify(name)};`, ...importsOf(name)].join(''),
				resolveDir,
			}));
		},
	};
}
