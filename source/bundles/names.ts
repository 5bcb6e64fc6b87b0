import {createHash} from 'node:crypto';
import {botName, isPoemFile, oneForm, type Poem} from '../flock/poem.ts';
import type {BundleEntry} from './format.ts';

/** File systems take names of 255 bytes; this leaves room for an ending. */
const longestName = 240;

/**
 * The name of a bot's own file, without its ending: the bot's name, with `%2F` and its like for what no file's
 * name can hold or what would hide the file. A name that is too long is cut, and told apart by a digest.
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

/** The bot that a file is called after: `fileNameOf` undone, as far as it can be. */
export function botOfFileName(name: string): string {
	return name === '%'
		? ''
		: name.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/**
 * The bot that a key from a file belongs to: the one whose poem the file names, else the one that the file names,
 * else the one that the poem's file would be; `null` where none of them is in the flock.
 * @param others bots of the flock whose poems are gone.
 */
export function botOfEntry(
	entry: Pick<BundleEntry, 'bot' | 'poemFile' | 'handle'>,
	poems: readonly Poem[],
	others: Iterable<string> = [],
): string | null {
	const file = entry.poemFile?.split(/[/\\]/).at(-1) ?? null;
	const itsPoem =
		file === null
			? undefined
			: (poems.find(poem => poem.file === file) ?? poems.find(poem => oneForm(poem.file) === oneForm(file)));
	if (itsPoem !== undefined) {
		return itsPoem.bot;
	}

	const bots = new Set([...poems.map(poem => poem.bot), ...others]);
	const names = [entry.bot, file !== null && isPoemFile(file) ? botName(file) : null, entry.handle];
	return names.map(name => name && oneForm(name)).find(name => name !== null && bots.has(name)) ?? null;
}

function escaped(character: string): string {
	return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
