import type {AnyDefinition, Option, Options} from '../../commands/shared/definition.ts';
import {visible} from '../../flock/visible.ts';
import {commands} from '../commands.ts';
import type {SharedOptions} from '../options.ts';
import {informing, sharedOptions} from '../parse.ts';

/** A possible next word and its meaning. */
export type Offer = {word: string; help: string};

/** What can come next on a command line: one of these words, or something that the shell knows itself. */
export type Offers = {kind: 'words'; offers: readonly Offer[]} | {kind: 'files' | 'folders' | 'commands'};

/** Lists the flock's bots: only their poems' names, never a keystore. */
export type ListBots = (options: SharedOptions) => Promise<readonly string[]>;

const nothing: Offers = {kind: 'words', offers: []};

/**
 * Finds what can come next.
 * @param words the line so far without `keymaker`. The last word is unfinished, and can be empty.
 */
export async function offersFor(words: readonly string[], listBots: ListBots): Promise<Offers> {
	const current = words.at(-1) ?? '';
	const before = words.slice(0, -1);
	const name = before[positionsIn(before, sharedOptions)[0] ?? before.length] ?? null;
	if (name === 'help') {
		return positionsIn(before, sharedOptions).length === 1 ? commandOffers() : nothing;
	}

	const command = name === null ? null : await load(name);
	if (name !== null && command === null) {
		return nothing;
	}

	const own: Options = command?.options ?? {};
	const known: Options = {...own, ...sharedOptions, ...informing};
	const end = before.indexOf('--');
	const positions = positionsIn(before, known);
	const given = positions.slice(1).map(position => before[position] ?? '');
	const bots = async () => botOffers(await listBots(sharedGiven(before)), given);
	if (end === -1) {
		const [option, prefix] = openOption(current, before.at(-1), known);
		if (option !== null) {
			return valueOffers(option, prefix, bots);
		}

		if (current.startsWith('-')) {
			return optionOffers(known, before);
		}
	}

	if (command === null) {
		return commandOffers();
	}

	if (end !== -1 && command.arguments.includes('--')) {
		return {kind: end === before.length - 1 ? 'commands' : 'files'};
	}

	return argumentOffers(command, given.length, bots);
}

async function load(name: string): Promise<AnyDefinition | null> {
	return (Object.hasOwn(commands, name) ? await commands[name]?.() : null) ?? null;
}

/** The indexes of words that are neither options nor options' values. */
function positionsIn(words: readonly string[], known: Options): number[] {
	const found: number[] = [];
	let isValue = false;
	let optionsEnded = false;
	for (const [position, word] of words.entries()) {
		if (isValue) {
			isValue = false;
		} else if (optionsEnded || !word.startsWith('-')) {
			found.push(position);
		} else if (word === '--') {
			optionsEnded = true;
		} else {
			isValue = known[word.slice(2)]?.value !== undefined;
		}
	}

	return found;
}

/** The option of an unfinished value, and the part of the word before that value; `null` if there is none. */
function openOption(
	current: string,
	last: string | undefined,
	known: Options,
): [option: Option | null, prefix: string] {
	const assigned = /^--([\w-]+)=/.exec(current);
	const option = known[assigned?.[1] ?? last?.replace(/^--/, '') ?? ''];
	const isTyped = option?.value !== undefined && (assigned !== null || last?.startsWith('--'));
	return [isTyped ? option : null, assigned?.[0] ?? ''];
}

async function valueOffers(
	{value, choices}: Option,
	prefix: string,
	bots: () => Promise<Offers>,
): Promise<Offers> {
	if (choices !== undefined) {
		return {kind: 'words', offers: choices.map(choice => ({word: `${prefix}${choice}`, help: ''}))};
	}

	switch (value) {
		case 'dir':
			return {kind: 'folders'};
		case 'file':
		case 'path':
			return {kind: 'files'};
		case 'bot':
			return prefix === '' ? bots() : nothing;
		default:
			return nothing;
	}
}

async function argumentOffers(
	command: AnyDefinition,
	count: number,
	bots: () => Promise<Offers>,
): Promise<Offers> {
	const wanted = command.arguments[count] ?? command.arguments.findLast(word => word.includes('...')) ?? '';
	const name = wanted.replace(/[^a-z]/g, '');
	if (command.choices !== undefined) {
		return count === 0 ? {kind: 'words', offers: command.choices.map(word => ({word, help: ''}))} : nothing;
	}

	switch (name) {
		case 'bot':
		case 'old':
		case 'new':
			return bots();
		case 'file':
			return {kind: 'files'};
		default:
			return nothing;
	}
}

async function commandOffers(): Promise<Offers> {
	const found = await Promise.all(Object.values(commands).map(load => load()));
	const help = {word: 'help', help: 'Print help for keymaker or a command.'};
	return {kind: 'words', offers: [...found.map(({name, summary}) => ({word: name, help: summary})), help]};
}

function optionOffers(known: Options, before: readonly string[]): Offers {
	const offers = Object.entries(known)
		.filter(([name, {repeatable}]) => repeatable || !before.includes(`--${name}`))
		.map(([name, {help}]) => ({word: `--${name}`, help}));
	return {kind: 'words', offers};
}

/**
 * The bots to offer. Leaves out bots already on the line, and names that a terminal would obey or that look
 * like options: type these in full.
 */
function botOffers(names: readonly string[], given: readonly string[]): Offers {
	const offers = names
		.filter(name => !given.includes(name) && visible(name) === name && !name.startsWith('-'))
		.map(word => ({word, help: ''}));
	return {kind: 'words', offers};
}

/** The global options that select the flock. */
function sharedGiven(words: readonly string[]): SharedOptions {
	const textOf = (name: string) => {
		const assigned = words.findLast(word => word.startsWith(`--${name}=`));
		return assigned?.slice(name.length + 3) ?? words[words.lastIndexOf(`--${name}`) + 1 || words.length];
	};
	return {poems: textOf('poems')};
}
