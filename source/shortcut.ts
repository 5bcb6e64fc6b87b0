import {exec} from './commands/exec.ts';
import {list} from './commands/list.ts';
import type {Dispatch} from './program.ts';

/**
 * Hands on at once the lines that are typed most, and that programs send again and again: `keymaker`, `keymaker list`,
 * `keymaker list --json` and `keymaker exec BOT -- COMMAND…`. The parser makes the very same of them, but takes 5 ms to
 * load, to be told of the commands, and to parse: a sixth of what Node itself takes to start.
 * @param words the command line.
 * @returns `null` for every other line, which the parser is for.
 */
export function shortcut(words: readonly string[], dispatch: Dispatch): Promise<void> | null {
	const [name, ...rest] = words;
	if (name === undefined) {
		return dispatch.screen({});
	}

	if (name === 'list' && (rest.length === 0 || (rest.length === 1 && rest[0] === '--json'))) {
		return dispatch.reading((...to) => list({json: rest.length === 1}, ...to), {});
	}

	const [bot = '', dashes, ...command] = rest;
	return name === 'exec' && !bot.startsWith('-') && dashes === '--'
		? dispatch.reading((...to) => exec({bot, command, env: process.env}, ...to), {}, true)
		: null;
}
