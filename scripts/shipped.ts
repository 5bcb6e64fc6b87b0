import {execFile} from 'node:child_process';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Metafile} from 'esbuild';
import {packagesIn} from './licences.ts';

/** An entry of package-lock.json, as far as it matters here. */
type Entry = {
	version: string;
	dev?: boolean;
	dependencies?: Record<string, string>;
	optionalDependencies?: Record<string, string>;
	peerDependencies?: Record<string, string>;
	peerDependenciesMeta?: Record<string, unknown>;
};

/** package-lock.json: its packages by their folders; the empty one is the project itself. */
type Lock = {packages: Record<string, Entry>};

/** A package.json and its lock. */
export type Pair = {manifest: Record<string, unknown>; lock: Lock};

/** How npm ended. */
export type NpmEnd = {code: number; out: string; err: string};

const folderOf = 'node_modules/';

/**
 * The project's package.json and lock, cut to what ships: the packages whose code is in the bundle, and those that are
 * installed beside it, with all that they need. npm by itself takes what is bundled for development's.
 * @throws Error where a bundled package cannot stand in such a pair
 */
export function cutToShipped(manifest: Record<string, unknown>, lock: Lock, metafile: Metafile): Pair {
	const installed = Object.keys(lock.packages).filter(folder => folder !== '' && !lock.packages[folder]?.dev);
	const kept = new Set([...installed, ...packagesIn(metafile)]);
	const packages: Record<string, Entry> = {};
	const dependencies: Record<string, string> = {};
	for (const folder of [...kept].sort()) {
		const entry = lock.packages[folder];
		const above = folder.slice(0, folder.lastIndexOf(`/${folderOf}`));
		const isTop = folder.lastIndexOf(folderOf) === 0;
		if (entry === undefined || !(isTop || kept.has(above))) {
			throw new Error(`${folder} is in the bundle, and cannot be named by a lock without what it lies in.`);
		}

		packages[folder] = cutEntry(entry, folder, kept);
		if (isTop) {
			dependencies[folder.slice(folderOf.length)] = entry.version;
		}
	}

	const {name, version, description, license, author, homepage, repository} = manifest;
	const root = {name, version, license, dependencies};
	return {
		manifest: {...root, description, author, homepage, repository},
		lock: {...lock, packages: {'': root as unknown as Entry, ...packages}},
	};
}

/** An entry that depends on nothing that does not ship. */
function cutEntry(entry: Entry, folder: string, kept: ReadonlySet<string>): Entry {
	const {dev, dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta, ...rest} = entry;
	const shipped = (wanted: Record<string, string> = {}) =>
		Object.fromEntries(Object.entries(wanted).filter(([name]) => isFound(name, folder, kept)));
	return {
		...rest,
		dependencies: shipped({...dependencies, ...peerDependencies}),
		optionalDependencies: shipped(optionalDependencies),
	};
}

/** True where a package is found from a folder as Node looks for it. */
function isFound(name: string, from: string, kept: ReadonlySet<string>): boolean {
	for (
		let place = from;
		place !== '';
		place = place.slice(0, Math.max(place.lastIndexOf(`/${folderOf}`), 0))
	) {
		if (kept.has(`${place}/${folderOf}${name}`)) {
			return true;
		}
	}

	return kept.has(folderOf + name);
}

/** The pair of this project. */
export async function shippedPair(metafile: Metafile): Promise<Pair> {
	const [manifest, lock] = await Promise.all(
		['package.json', 'package-lock.json'].map(async file => JSON.parse(await readFile(file, 'utf8'))),
	);
	return cutToShipped(manifest, lock, metafile);
}

/**
 * Runs npm on a pair, in a folder of its own.
 * @param env the variables that npm gets.
 */
export async function npmOn(
	{manifest, lock}: Pair,
	args: readonly string[],
	env: NodeJS.ProcessEnv,
): Promise<NpmEnd> {
	const folder = await mkdtemp(path.join(tmpdir(), 'keymaker-shipped-'));
	// npm calls what it describes by the folder.
	const place = path.join(folder, String(manifest.name));
	try {
		await mkdir(place);
		await writeFile(path.join(place, 'package.json'), JSON.stringify(manifest));
		await writeFile(path.join(place, 'package-lock.json'), JSON.stringify(lock));
		const npm = process.env.npm_execpath;
		const [file, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm];
		return await new Promise(resolve => {
			const options = {cwd: place, env, maxBuffer: 64 * 1024 * 1024};
			execFile(file ?? '', [...first, ...args], options, (error, out, err) => {
				resolve({code: error === null ? 0 : Number(error.code), out, err});
			});
		});
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
}
