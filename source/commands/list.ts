import path from 'node:path';
import type {Bot} from '../flock/flock.ts';
import type {PoemFolder} from '../flock/poem.ts';
import {visible} from '../flock/visible.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Services} from '../services.ts';
import {exitCode, type Write} from './command.ts';
import {safeJson} from './json.ts';
import {table} from './table.ts';
import {accountOf, statusText, statusWords} from './words.ts';

/** `list [--json]` */
export type ListInput = {json: boolean};

/** Shows the flock with its statuses; exit 1 where the folder of poems cannot be read. */
export async function list({json}: ListInput, services: Services, write: Write): Promise<number> {
	const {flock, folder} = await readFlock(services);
	if (json) {
		write.out(safeJson(flock.map(bot => row(bot, services.cwd))));
	} else {
		for (const line of table(flock.map(cells), write.columns)) {
			write.out(line);
		}
	}

	for (const note of folder.notes) {
		write.err(`${visible(note.file)}: ${visible(note.sentence)}`);
	}

	const problem = problemOf(folder);
	if (problem !== null) {
		write.err(problem);
	}

	return folder.problem === null || folder.problem === 'empty' ? exitCode.done : exitCode.failed;
}

/** One bot as `list --json` gives it: the contract with scripts. */
function row({name, poem, status, key, held, expectedHandle}: Bot, cwd: string) {
	return {
		bot: name,
		poem: poem && path.relative(cwd, poem.path),
		status,
		handle: key?.handle || null,
		expectedHandle,
		heldHandle: held?.key.handle || null,
		userId: key?.userId ?? null,
		accessLevel: key?.accessLevel ?? null,
		authorizedAt: key?.authorizedAt ?? null,
		checkedAt: key?.checkedAt ?? null,
	};
}

function cells(bot: Bot): string[] {
	return [`${statusWords[bot.status].glyph} ${visible(bot.name)}`, account(bot), statusText(bot)];
}

function account({key, held, expectedHandle}: Bot): string {
	const known = key ?? held?.key;
	if (known !== undefined) {
		return accountOf(known);
	}

	return expectedHandle === null ? '—' : `(@${visible(expectedHandle)})`;
}

/** Why there are no poems, and what to do; `null` where there are. */
function problemOf({problem, path: folder}: PoemFolder): string | null {
	const place = visible(folder);
	switch (problem) {
		case 'missing':
			return `There is no folder ${place}. keymaker init makes one with a sample; --poems names another.`;
		case 'not-a-folder':
			return `${place} is not a folder. --poems names the folder that holds the poems.`;
		case 'unreadable':
			return `${place} cannot be read. Make it readable (chmod u+rx), or name another with --poems.`;
		case 'empty':
			return `${place} holds no poems yet. Each .txt file in it becomes a bot.`;
		case null:
			return null;
	}
}
