import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {bundle, programs} from '../../scripts/bundle.ts';
import {packagesIn} from '../../scripts/licences.ts';
import {libraryPlace} from './place.ts';

/** Prints every module that is loaded on standard error. */
const watch = `
	import {registerHooks} from 'node:module';
	registerHooks({load(url, context, next) { process._rawDebug('loaded ' + url); return next(url, context); }});
`;

/** The name of the package that a path leads into. */
function packageOf(file: string): string | undefined {
	return /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
}

test('the library loads neither the screen nor the clipboard, nor the client library before a client is asked for', async context => {
	const place = await libraryPlace(context, ['harbour']);
	await place.authorize('harbour', 'harbour_poem');
	const built = path.join(place.folder, 'built');
	const {outputs, ...metafile} = await bundle(programs, built);

	/** The packages that something of is loaded by a program, in a built file or by itself. */
	async function loadedBy(code: string): Promise<Set<string | undefined>> {
		const {err} = await place.runCode(
			`${watch} const {openKeystore, clientFor} = await import('./built/index.js'); ${code}`,
		);
		const files = [...err.matchAll(/^loaded (file:.*)$/gm)].map(([, url = '']) => fileURLToPath(url));
		assert.ok(files.includes(path.join(built, 'index.js')), err);
		const loaded = Object.entries(outputs).filter(([file]) => files.includes(path.resolve(file)));
		const folders = packagesIn({...metafile, outputs: Object.fromEntries(loaded)});
		return new Set([...folders, ...files].map(packageOf));
	}

	const everything = new Set(packagesIn({...metafile, outputs}).map(packageOf));
	const screen = ['ink', 'react', 'react-reconciler', 'yoga-layout', 'yaml'];
	assert.deepEqual(
		[...screen, 'oauth-sign', 'conf'].filter(name => !everything.has(name)),
		[],
		'a package that is not in the build cannot be missed',
	);

	const forbidden = [...screen, 'clipboardy', 'open'];
	const reading = await loadedBy("await openKeystore().list(); await openKeystore().get('harbour');");
	assert.deepEqual(
		[...forbidden, 'twitter-api-v2', 'oauth-sign', 'conf'].filter(name => reading.has(name)),
		[],
	);
	const speaking = await loadedBy("await (await clientFor('harbour')).v2.me();");
	assert.deepEqual(
		forbidden.filter(name => speaking.has(name)),
		[],
	);
	assert.ok(speaking.has('twitter-api-v2') && speaking.has('oauth-sign'), [...speaking].join(' '));
});
