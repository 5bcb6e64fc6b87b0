/**
 * Loaded before every test, and before programs that tests start from source: Node itself takes the types out of TypeScript
 * and keeps what it compiled, so that no file is compiled by each of two hundred processes. Only JSX needs a compiler.
 */
import {readFileSync} from 'node:fs';
import {createRequire, enableCompileCache, registerHooks} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const root = path.join(import.meta.dirname, '..', '..');

// In the project, where nobody else may write: what lies there is run.
enableCompileCache(path.join(root, 'node_modules', '.cache', 'compiled'));

registerHooks({
	load(url, context, nextLoad) {
		if (!url.endsWith('.tsx')) {
			return nextLoad(url, context);
		}

		const {transformSync} = createRequire(import.meta.url)('esbuild');
		const {code} = transformSync(readFileSync(fileURLToPath(url)), {loader: 'tsx', jsx: 'automatic'});
		return {format: 'module', source: code, shortCircuit: true};
	},
});
