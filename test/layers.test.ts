import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

const source = path.join(import.meta.dirname, '..', 'source');

/**
 * The parts whose code each part may load; types may come from anywhere. `.` is the files beside the folders, which put the
 * parts together: they may load everything.
 */
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
	'command-line': ['flock', 'system', 'keymaker', 'commands', 'desktop', 'bundles'],
};

/** The rooms of a part, and the rooms of it whose code each may load; `.` is the files beside them. */
const rooms: Record<string, Record<string, readonly string[]>> = {
	keystore: {
		'.': ['disk', 'form', 'seen', 'upkeep', 'postgres'],
		form: ['state.ts'],
		disk: ['state.ts'],
		seen: ['disk', 'form'],
		upkeep: ['.', 'disk', 'form'],
		postgres: ['form', 'state.ts', 'keyring.ts', 'records.ts', 'changes.ts', 'waiting.ts'],
	},
	tui: {
		'.': ['model', 'flock', 'authorize', 'setup', 'export', 'overlay', 'draw', 'paint', 'window'],
		model: [],
		flock: ['model', 'draw'],
		authorize: ['model', 'draw', 'keymap.ts'],
		setup: ['model', 'draw', 'keymap.ts', 'authorize/begin.ts'],
		export: ['model', 'draw'],
		overlay: ['model', 'draw', 'keymap.ts'],
		draw: ['paint/link.ts', 'model/field.ts'],
		paint: [],
		window: ['draw', 'frame.ts', 'view.ts'],
	},
};

/** The rooms that know others not even by type. */
const apart: Record<string, readonly string[]> = {
	'keystore/form': ['keystore/disk', 'keystore/seen', 'keystore/upkeep'],
	'tui/draw': ['tui/model/state.ts', 'tui/model/authorization.ts', 'tui/model/action.ts'],
	'tui/paint': ['tui/model', 'tui/draw'],
	'tui/model': ['tui/draw', 'tui/flock', 'tui/authorize', 'tui/setup', 'tui/export', 'tui/overlay'],
};

/** The libraries that only one part, or one folder of it, may load. */
const onlyIn: Record<string, readonly string[]> = {
	'twitter-api-v2': ['x'],
	conf: ['keystore'],
	'proper-lockfile': ['keystore'],
	pg: ['keystore/postgres'],
	'pg-connection-string': ['keystore/postgres'],
	pgpass: ['keystore/postgres'],
	'age-encryption': ['system'],
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

/** A file or its place as the tables name it. */
function nameOf(file: string): string {
	return path.relative(source, file).replaceAll(path.sep, '/');
}

/** Whether a file stands in a place: a room, or the file itself. */
function isIn(file: string, place: string): boolean {
	return file === place || file.startsWith(`${place}/`);
}

/** Every import of a file of the project's own, by the names of both. */
function* ownImports(): Generator<Import & {from: string; to: string}> {
	for (const found of imports()) {
		if (found.specifier.startsWith('.')) {
			const to = nameOf(path.resolve(path.dirname(found.file), found.specifier));
			yield {...found, from: nameOf(found.file), to};
		}
	}
}

for (const [part, table] of Object.entries(rooms)) {
	test(`each room of ${part} loads only the rooms that it may know`, () => {
		const roomOf = (file: string) => file.split('/').slice(1, -1)[0] ?? '.';
		const wrong: string[] = [];
		const used = new Set<string>();
		for (const {from, to, typeOnly} of ownImports()) {
			if (typeOnly || !isIn(from, part) || !isIn(to, part) || roomOf(from) === roomOf(to)) {
				continue;
			}

			const allowed = table[roomOf(from)]?.find(place =>
				place === '.' ? roomOf(to) === '.' : isIn(to, `${part}/${place}`),
			);
			if (allowed === undefined) {
				wrong.push(`${from} loads ${to}`);
			} else {
				used.add(`${roomOf(from)}: ${allowed}`);
			}
		}

		assert.deepEqual(wrong, []);
		const stated = Object.entries(table).flatMap(([room, places]) =>
			places.map(place => `${room}: ${place}`),
		);
		assert.deepEqual(
			stated.filter(one => !used.has(one)),
			[],
			'stated, but not used',
		);
	});
}

test('rooms that are to know nothing of others know not even their types', () => {
	const wrong = [...ownImports()].filter(({from, to}) =>
		Object.entries(apart).some(([room, others]) => isIn(from, room) && others.some(other => isIn(to, other))),
	);
	assert.deepEqual(
		wrong.map(({from, to}) => `${from} knows ${to}`),
		[],
	);
});

test('what reduces, or works, draws nothing, and what draws neither reduces nor works', () => {
	const kindOf = (file: string) => /^tui\/\w+\/(reduce|work|view)/.exec(file)?.[1] ?? null;
	const drawing = /^tui\/(?:draw|paint|window|frame|layout|header|view)\b/;
	const routing = ['tui/reducer.ts', 'tui/route.ts', 'tui/runner.ts'];
	const wrong: string[] = [];
	for (const {from, to} of ownImports()) {
		const kind = routing.includes(from) ? 'reduce' : kindOf(from);
		const draws = kindOf(to) === 'view' || drawing.test(to);
		if (
			((kind === 'reduce' || kind === 'work') && draws) ||
			(kind === 'reduce' && kindOf(to) === 'work' && from !== 'tui/runner.ts') ||
			(kind === 'view' && kindOf(to) === 'work')
		) {
			wrong.push(`${from} knows ${to}`);
		}
	}

	assert.deepEqual(wrong, []);
});

test('no file stands on itself, however long the way round and be it by a type', () => {
	const known = new Map<string, string[]>();
	for (const {from, to} of ownImports()) {
		known.set(from, [...(known.get(from) ?? []), to]);
	}

	const done = new Set<string>();
	const circleFrom = (file: string, way: readonly string[]): readonly string[] | null => {
		if (way.includes(file)) {
			return [...way.slice(way.indexOf(file)), file];
		}

		if (done.has(file)) {
			return null;
		}

		for (const next of known.get(file) ?? []) {
			const circle = circleFrom(next, [...way, file]);
			if (circle !== null) {
				return circle;
			}
		}

		done.add(file);
		return null;
	};
	const circles = [...known.keys()].map(file => circleFrom(file, [])?.join(' → ') ?? null);
	assert.deepEqual(
		circles.filter(circle => circle !== null),
		[],
	);
	assert.ok(known.size > 200, `only ${known.size} files were seen`);
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
