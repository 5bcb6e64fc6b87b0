import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

const source = path.join(import.meta.dirname, '..', 'source');

/** The parts whose code each part may load; types may come from anywhere. `.` is the files beside the folders. */
const mayLoad: Record<string, readonly string[]> = {
	flock: [],
	system: ['flock'],
	poems: ['flock', 'system'],
	x: ['flock', 'system'],
	keystore: ['flock', 'system'],
	bundles: ['flock', 'system'],
	desktop: ['flock', 'system'],
	practice: ['flock', 'system'],
	keymaker: ['flock', 'system'],
	commands: ['flock', 'system', 'keymaker', 'bundles'],
	tui: ['flock', 'system', 'keymaker'],
};

/** The libraries that only one part, or one folder of it, may load. */
const onlyIn: Record<string, readonly string[]> = {
	'twitter-api-v2': ['x'],
	conf: ['keystore'],
	'proper-lockfile': ['keystore'],
	clipboardy: ['desktop'],
	open: ['desktop'],
	uqr: ['desktop'],
	ink: ['tui/window'],
	react: ['tui/window'],
	yaml: ['bundles'],
	'oauth-sign': ['practice'],
};

type Import = {file: string; part: string; specifier: string; typeOnly: boolean; late: boolean};

function partOf(file: string): string {
	const relative = path.relative(source, file);
	return relative.includes(path.sep) ? (relative.split(path.sep)[0] ?? '.') : '.';
}

function* imports(): Generator<Import> {
	for (const entry of readdirSync(source, {recursive: true, withFileTypes: true})) {
		if (!entry.isFile() || !/\.tsx?$/.test(entry.name) || entry.name.endsWith('.d.ts')) {
			continue;
		}

		const file = path.join(entry.parentPath, entry.name);
		const text = readFileSync(file, 'utf8');
		for (const match of text.matchAll(
			/^(?:import|export)\s+(?:(type\s)?[^'"]*?from\s+)?['"]([^'"]+)['"]/gm,
		)) {
			yield {
				file,
				part: partOf(file),
				specifier: match[2] ?? '',
				typeOnly: match[1] !== undefined,
				late: false,
			};
		}

		for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
			yield {file, part: partOf(file), specifier: match[1] ?? '', typeOnly: false, late: true};
		}
	}
}

test('each part of the source loads only the parts that it may know', () => {
	const wrong: string[] = [];
	let seen = 0;
	for (const {file, part, specifier, typeOnly} of imports()) {
		const allowed = mayLoad[part];
		if (allowed === undefined || typeOnly || !specifier.startsWith('.')) {
			continue;
		}

		seen += 1;
		const target = partOf(path.resolve(path.dirname(file), specifier));
		if (target !== part && !allowed.includes(target)) {
			wrong.push(`${path.relative(source, file)} loads ${specifier}`);
		}
	}

	assert.deepEqual(wrong, []);
	assert.ok(seen > 50, `only ${seen} imports were seen: the pattern misses them`);
});

test('each library with a single place is loaded from that place alone', () => {
	const wrong: string[] = [];
	const used = new Set<string>();
	for (const {file, specifier, typeOnly} of imports()) {
		const name = specifier.split('/')[0] ?? '';
		const places = onlyIn[name];
		if (places === undefined || typeOnly) {
			continue;
		}

		used.add(name);
		const folder = path.relative(source, path.dirname(file)).split(path.sep).join('/');
		if (!places.some(place => folder === place || folder.startsWith(`${place}/`))) {
			wrong.push(`${path.relative(source, file)} loads ${specifier}`);
		}
	}

	assert.deepEqual(wrong, []);
	assert.deepEqual(
		Object.keys(onlyIn).filter(name => !used.has(name)),
		[],
	);
});

/**
 * The modules that start programs, and the files that may load them. Helpers start in `system/programs.ts`; a bot's own program,
 * which gets a key and the terminal, in `commands/shared/child.ts`. The two libraries that start programs themselves run in
 * processes of their own, which `system/programs.ts` starts.
 */
const startersIn: Record<string, readonly string[]> = {
	child_process: ['commands/shared/child.ts', 'system/programs.ts'],
	clipboardy: ['desktop/clipboard-worker.ts'],
	cluster: [],
	open: ['desktop/browser-worker.ts'],
};

test('programs are started from one place, and bots’ own from another', () => {
	const found: Record<string, Set<string>> = {};
	const note = (module: string, file: string) => {
		found[module] ??= new Set();
		found[module].add(path.relative(source, file).replaceAll(path.sep, '/'));
	};
	for (const {file, specifier, typeOnly} of imports()) {
		const module = specifier.replace(/^node:/, '');
		if (!typeOnly && module in startersIn) {
			note(module, file);
		}
	}

	for (const entry of readdirSync(source, {recursive: true, encoding: 'utf8'})) {
		const file = path.join(source, entry);
		// Whatever way it is loaded.
		if (
			/\.tsx?$/.test(entry) &&
			/(?<!import type [^;]*)['"`](?:node:)?child_process['"`]/.test(readFileSync(file, 'utf8'))
		) {
			note('child_process', file);
		}
	}

	for (const [module, files] of Object.entries(startersIn)) {
		assert.deepEqual([...(found[module] ?? [])].sort(), files, module);
	}
});

test('what draws with Ink is loaded late, and from one place, so that the first frame does not wait for it', () => {
	const window = path.join(source, 'tui', 'window') + path.sep;
	const loading = [...imports()].filter(
		({file, specifier, typeOnly}) =>
			!typeOnly &&
			!file.startsWith(window) &&
			specifier.startsWith('.') &&
			path.resolve(path.dirname(file), specifier).startsWith(window),
	);
	assert.deepEqual(
		loading.map(({file, late}) => [path.relative(source, file), late]),
		[[path.join('tui', 'run.ts'), true]],
	);
});
