import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {otherBots} from '../flock/hosts.ts';
import {rowOf} from '../flock/row.ts';
import {visible} from '../flock/visible.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {ReadingServices} from '../services.ts';
import {exitCode, sayError, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {folderProblem} from './shared/folder-problem.ts';
import {safeJson} from './shared/json.ts';

/** `list [--json]` */
export type ListInput = {json: boolean};

/**
 * Shows the flock with its statuses, even if the app's key is wrong. Exits with 1 if the folder of poems
 * cannot be read.
 */
export async function list({json}: ListInput, services: ReadingServices, write: Write): Promise<number> {
	const {flock, folder, app, others} = await readFlock(services);
	if (json) {
		// Not for each path, which takes noticeable time for 10,000 poems.
		const prefix = path.relative(services.cwd, path.join(folder.path, 'x')).slice(0, -1);
		write.out(safeJson(flock.map(bot => rowOf(bot, bot.poem && prefix + bot.poem.file))));
	} else {
		// Measuring text takes long to set up, and JSON does not need it.
		const {listLines} = await import('./shared/list-lines.ts');
		for (const line of listLines(flock, write, Date.now())) {
			write.out(line);
		}
	}

	if (others !== null && others.size > 0) {
		write.err(otherBots(others.size));
	}

	const waiting = flock.filter(bot => bot.waiting !== undefined).map(({name}) => visible(name));
	if (waiting.length > 0) {
		write.err(`Waiting on this computer to be saved: the key of ${waiting.join(', ')}.`);
	}

	for (const note of folder.notes) {
		write.err(`${visible(note.file)}: ${visible(note.sentence)}`);
	}

	if (app instanceof FlockError) {
		sayError(app, write);
	}

	// A host needs no poems.
	const isNone = folder.problem === 'empty' || (others !== null && folder.problem === 'missing');
	const problem = others !== null && isNone ? null : folderProblem(folder);
	if (problem !== null) {
		write.err(`${problem.sentence} ${problem.hint}`);
	}

	return folder.problem === null || isNone ? exitCode.done : exitCode.failed;
}

/** The usage of `list`. */
export const command = define({
	name: 'list',
	arguments: [],
	summary: 'List the flock and its keys’ status.',
	options: {json: {help: 'print JSON'}},
	examples: ['keymaker list', 'keymaker list --json | jq -r \'.[] | select(.status != "ready").bot\''],
	needs: 'reading',
	run: ({options}, services, write) => list(options, services, write),
});
