import {mkdirSync, readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {type ExportRequest, writeExport} from '../../source/bundles/export.ts';
import {entryOf} from '../../test/bundles/entries.ts';
import type {Condition} from './bench.ts';
import {mark, placeIn} from './keys.ts';
import {startWorker} from './processes.ts';

/** How long after its beginning an export is killed at most; milliseconds. */
const longest = 100;

/** An export of several files into a folder, again and again the same. */
export function exportTo(folder: string): ExportRequest {
	const entries = Array.from({length: 20}, (_, at) =>
		entryOf({bot: `bot-${at}`, accessSecret: `${mark}${at}`}),
	);
	return {
		format: 'bundle',
		entries,
		out: path.join(folder, 'exported'),
		cwd: folder,
		force: false,
		poemsFolder: path.join(folder, 'poems'),
		untouchable: [],
	};
}

/** SIGKILL at random instants of an export: its files are whole, and the next export leaves nothing of it behind. */
export const killedExporting: Condition = {
	name: 'killed in exports',
	async run(bench) {
		for (let time = bench.times(200); time > 0; time -= 1) {
			const folder = bench.folder();
			mkdirSync(path.join(folder, 'poems'));
			const task = {place: placeIn(folder), passphrase: null, do: 'export', folder} as const;
			const worker = startWorker(bench, task);
			await worker.until(told => told.length > 0);
			await delay(bench.below(longest));
			worker.child.kill('SIGKILL');
			await worker.ended;
			const request = exportTo(folder);
			for (const name of visibleNames(request.out)) {
				const file = path.join(request.out, name);
				if (!readFileSync(file, 'utf8').endsWith('}\n') || (statSync(file).mode & 0o077) !== 0) {
					bench.count('broken', `${name} is not whole, or open to others`);
				}
			}

			await writeExport(request);
			bench.tried();
			const left = readdirSync(request.out).filter(name => name.startsWith('.'));
			bench.count('leaked', `${left[0]} stays behind`, left.length);
			bench.count(
				'lost',
				'a key was not exported',
				request.entries.length - visibleNames(request.out).length,
			);
		}
	},
};

function visibleNames(folder: string): string[] {
	try {
		return readdirSync(folder).filter(name => !name.startsWith('.'));
	} catch {
		return [];
	}
}
