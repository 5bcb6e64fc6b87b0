import path from 'node:path';
import {pathToFileURL} from 'node:url';

/** What Node is told before a program of the tests that stands in TypeScript, wherever it is started. */
export const fromSource = [
	'--import',
	pathToFileURL(path.join(import.meta.dirname, 'typescript.mjs')).href,
] as const;
