import {FlockError} from '../flock/error.ts';
import {oneForm} from '../flock/poem.ts';
import {visible} from '../flock/visible.ts';
import type {ReadingServices} from '../services.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {safeJson} from './shared/json.ts';
import {utcText} from './shared/words.ts';

/** `history [BOT] [--json]` */
export type HistoryInput = {
	/** The bot whose changes to show; `null` for all. */
	bot: string | null;
	json: boolean;
};

/**
 * Shows the changes to the flock’s keys, newest first, and who made them if the keystore knows.
 * @throws FlockError `unknown-bot` for an unknown bot, `keystore-…`
 */
export async function history(
	{bot, json}: HistoryInput,
	{keystore}: Pick<ReadingServices, 'keystore'>,
	write: Write,
): Promise<number> {
	const all = await keystore.history();
	const changes = bot === null ? all : all.filter(change => change.bot === bot);
	if (bot !== null && changes.length === 0 && (await keystore.get(bot)) === null) {
		throw new FlockError('unknown-bot', `The keystore has no bot named ${visible(bot)}.`, {
			hint: 'Run `keymaker history` to see all bots.',
		});
	}

	if (json) {
		write.out(safeJson(changes));
		return exitCode.done;
	}

	for (const {at, bot: name, what, role, by} of changes) {
		const who = [role, by].filter(one => one !== null).map(visible);
		write.out([utcText(at), visible(name), what, ...who].join('  '));
	}

	if (changes.length === 0) {
		write.err('No changes yet.');
	}

	return exitCode.done;
}

/** The usage of `history`. */
export const command = define({
	name: 'history',
	arguments: ['[bot]'],
	summary: 'Show who changed the keys, and how.',
	details:
		'A database records every change. For a file, keymaker compares its backups, which do not say who.',
	options: {json: {help: 'print JSON'}},
	examples: ['keymaker history', 'keymaker history harbour --json'],
	needs: 'reading',
	run: ({words: [bot], options: {json}}, services, write) =>
		history({bot: bot === undefined ? null : oneForm(bot), json}, services, write),
});
