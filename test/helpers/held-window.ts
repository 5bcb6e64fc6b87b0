import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {cp, mkdir, rename, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {cli} from './program.ts';

/** The built program, in which Ink, and what draws with it, is held back: the first frame stands there without it. */
export type HeldWindow = {
	/** The program's file. */
	cli: string;
	/** Resolves once the program has asked for Ink. */
	asked(): Promise<void>;
	/** Lets the program have it. */
	release(): void;
	/** Resolves once Ink has drawn. */
	opened(): Promise<void>;
};

/** What stands in Ink and nowhere else. */
const markOfInk = 'ink-virtual-text';

/** How long the program may take to ask for it; milliseconds. */
const patienceMs = 240_000;

/** Makes such a program in a folder, for one start. */
export async function heldWindow(folder: string): Promise<HeldWindow> {
	const root = path.dirname(path.dirname(cli));
	const held = path.join(folder, 'held');
	const dist = path.join(held, 'dist');
	await mkdir(held);
	await cp(path.dirname(cli), dist, {recursive: true});
	await symlink(path.join(root, 'node_modules'), path.join(held, 'node_modules'));
	await writeFile(path.join(held, 'package.json'), '{"type": "module"}');
	const [window = '', ...others] = readdirSync(dist).filter(
		name => name.endsWith('.js') && readFileSync(path.join(dist, name), 'utf8').includes(markOfInk),
	);
	if (window === '' || others.length > 0) {
		throw new Error(`Ink is in ${others.length + (window === '' ? 0 : 1)} files, and not in one.`);
	}

	await rename(path.join(dist, window), path.join(dist, 'window.js'));
	await writeFile(
		path.join(dist, window),
		`import {existsSync, writeFileSync} from 'node:fs';
		writeFileSync(import.meta.dirname + '/asked', '');
		while (!existsSync(import.meta.dirname + '/door')) {
			await new Promise(resolve => setTimeout(resolve, 5));
		}

		const window = await import('./window.js');
		export const openWindow = options => {
			const opened = window.openWindow(options);
			writeFileSync(import.meta.dirname + '/opened', '');
			return opened;
		};\n`,
	);
	async function written(name: string): Promise<void> {
		for (let left = patienceMs; !existsSync(path.join(dist, name)); left -= 5) {
			if (left <= 0) {
				throw new Error(`The program has not ${name} Ink.`);
			}

			await pause(5);
		}
	}

	return {
		cli: path.join(dist, 'cli.js'),
		asked: () => written('asked'),
		opened: () => written('opened'),
		release: () => writeFileSync(path.join(dist, 'door'), ''),
	};
}
