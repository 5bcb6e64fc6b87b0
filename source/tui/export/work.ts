import {homedir} from 'node:os';
import path from 'node:path';
import {visible} from '../../flock/visible.ts';
import {exportRequest, gatherEntries} from '../../keymaker/export.ts';
import {readFlock} from '../../keymaker/flock.ts';
import type {Effect} from '../model/action.ts';
import {expected, problemOf} from '../model/problem.ts';
import type {Tools, Work} from '../model/work.ts';

/** The work of the export: writes bots' keys to files for other programs. */
export function exportWork(tools: Tools): Pick<Work, 'export'> {
	return {export: effect => exportKeys(effect, tools)};
}

async function exportKeys(
	{attempt, draft, force}: Effect & {type: 'export'},
	{services, dispatch}: Tools,
): Promise<void> {
	try {
		const {flock, folder, app} = await readFlock(services);
		const wanted = new Set(draft.bots);
		const {entries, left} = await gatherEntries(
			flock.filter(({name}) => wanted.has(name)),
			app,
			services,
		);
		const [first] = left;
		if (entries.length === 0 && first !== undefined) {
			throw first;
		}

		const {format} = draft;
		const request = exportRequest({format, entries, out: atHome(draft.path), force}, folder, services);
		const {files, warnings} = await services.writeExport(request);
		dispatch({
			type: 'exported',
			attempt,
			keys: entries.length,
			files: files.map(file => visible(shortest(file, services.cwd))),
			notes: [...left.map(({message}) => message), ...warnings],
		});
	} catch (error) {
		dispatch({type: 'export-failed', attempt, draft, problem: problemOf(expected(error))});
	}
}

/** A path as typed: `~` is the home folder, as in a shell. */
function atHome(out: string): string {
	return /^~(?=$|[/\\])/.test(out) ? homedir() + out.slice(1) : out;
}

/** A path as the person would type it. */
function shortest(file: string, cwd: string): string {
	const relative = path.relative(cwd, file);
	return relative.startsWith('..') ? file : relative;
}
