import {createHash} from 'node:crypto';
import {handleKey} from '../flock/key.ts';
import {botName, isPoemFile, oneForm, type Poem} from '../flock/poem.ts';
import type {BundleEntry} from './format.ts';

/** File systems allow names of 255 bytes. This leaves room for an extension. */
const longestName = 240;

/**
 * The name of a bot's file without its extension: the bot's name, with `%2F` and the like for characters that
 * a file's name cannot have or that would hide the file. A longer name is cut and gets a digest.
 */
export function fileNameOf(bot: string, platform: NodeJS.Platform = process.platform): string {
	let name = bot.replace(/%(?=[0-9A-Fa-f]{2})/g, '%25').replace(/[/\0]/g, escaped);
	name = name === '' ? '%' : name.replace(/^\./, escaped);
	if (platform === 'win32') {
		name = name
			.replace(/[\\<>:"|?*\x01-\x1f]/g, escaped)
			.replace(
				/^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i,
				device => escaped(device[0] ?? '') + device.slice(1),
			);
	}

	if (Buffer.byteLength(name) <= longestName) {
		return name;
	}

	const digest = createHash('sha256').update(bot).digest('hex').slice(0, 12);
	return `${new TextDecoder().decode(Buffer.from(name).subarray(0, longestName - 13), {stream: true})}~${digest}`;
}

/** The bot that a file is named after: the reverse of `fileNameOf`, as far as possible. */
export function botOfFileName(name: string): string {
	return name === '%'
		? ''
		: name.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** What identifies a bot's own key. */
export type KnownBot = {name: string; expectedHandle: string | null; key: {userId: string} | null};

/** What identifies a key's owner. */
export type Belonging = Pick<BundleEntry, 'bot' | 'poemFile' | 'handle' | 'userId'>;

/**
 * Finds the bot of a key from a file. In this order: the bot of the poem that the file names, the bot that it
 * names, the bot that the poem's file would be, the bot that expects the account (some files name an entry by
 * it) or has an active key of it, the bot named like the account.
 * @param bots those of the flock, including orphans.
 * @returns the bot, several if several expect the account, or none.
 */
export function botFinder(
	poems: readonly Poem[],
	bots: readonly KnownBot[],
): (entry: Belonging) => readonly string[] {
	const names = new Set([...poems.map(poem => poem.bot), ...bots.map(({name}) => name)]);
	const byFile = new Map([
		...poems.map(poem => [oneForm(poem.file), poem.bot] as const),
		...poems.map(poem => [poem.file, poem.bot] as const),
	]);
	const expecting = Map.groupBy(
		bots.filter(({expectedHandle}) => expectedHandle !== null),
		({expectedHandle}) => handleKey(expectedHandle ?? ''),
	);
	const speaking = Map.groupBy(
		bots.filter(({expectedHandle}) => expectedHandle === null),
		({key}) => key?.userId ?? '',
	);
	const known = (name: string | null): readonly string[] => {
		const bot = name === null ? null : oneForm(name);
		return bot !== null && names.has(bot) ? [bot] : [];
	};
	const namesOf = (found: readonly KnownBot[] | undefined) => found?.map(({name}) => name) ?? [];
	return ({bot, poemFile, handle, userId}) => {
		const file = poemFile?.split(/[/\\]/).at(-1) ?? null;
		const itsPoem = file === null ? undefined : (byFile.get(file) ?? byFile.get(oneForm(file)));
		const ways = [
			() => (itsPoem === undefined ? [] : [itsPoem]),
			() => known(bot),
			() => known(file !== null && isPoemFile(file) ? botName(file) : null),
			() => namesOf(expecting.get(handleKey(handle ?? bot ?? ''))),
			() => (userId === null ? [] : namesOf(speaking.get(userId))),
			() => known(handle),
		];
		for (const way of ways) {
			const found = way();
			if (found.length > 0) {
				return found;
			}
		}

		return [];
	};
}

function escaped(character: string): string {
	return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
