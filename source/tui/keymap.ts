import {authorizeBindings} from './authorize/keys.ts';
import {exportBindings} from './export/keys.ts';
import {flockBindings} from './flock/keys.ts';
import type {Binding} from './model/binding.ts';
import {type Mode, modeOf, type State} from './model/state.ts';
import {overlayBindings} from './overlay/keys.ts';
import {setupBindings} from './setup/keys.ts';

/** Every key binding, by what takes the keys. The footer, the help and docs/keys.md come from here. */
export const keymap: Readonly<Record<Mode, readonly Binding[]>> = {
	...flockBindings,
	...overlayBindings,
	...authorizeBindings,
	...setupBindings,
	...exportBindings,
};

const everywhere: readonly Binding[] = [
	{keys: ['ctrl+c'], label: 'ctrl+c', short: null, help: 'quit, from anywhere', command: 'interrupt'},
	{keys: ['ctrl+z'], label: 'ctrl+z', short: null, help: 'back to the shell; fg returns', command: 'suspend'},
];

/** The bindings that count in a state, in the order of the footer. */
export function bindingsOf(state: State): Binding[] {
	return keymap[modeOf(state)].filter(binding => binding.when?.(state) ?? true);
}

/** The binding of a key in a state; `null` where it has none. */
export function bindingOf(state: State, key: string): Binding | null {
	return (
		bindingsOf(state).find(binding => binding.keys.includes(key)) ??
		everywhere.find(binding => binding.keys.includes(key)) ??
		null
	);
}

/** True where text can be typed or pasted: a field is where something can be erased. */
export function hasField(state: State): boolean {
	return keymap[modeOf(state)].some(({command}) => command === 'erase');
}

const titles: readonly (readonly [string, readonly Mode[]])[] = [
	['Flock', ['flock']],
	['No poems yet', ['empty']],
	['Filter', ['filter']],
	['Export', ['export']],
	['Authorize', ['awaiting-pin']],
	['A held key', ['conflict']],
	['A link that failed', ['failed']],
	['A key that could not be saved', ['unsaved']],
	['Setup', ['setup']],
];

/** The help: a title, and rows of keys and what they do. */
export type HelpSection = {title: string; rows: readonly (readonly [keys: string, what: string])[]};

/** The whole keymap as the help overlay and docs/keys.md show it. */
export function helpSections(): HelpSection[] {
	const sections = titles.map(([title, modes]) => ({
		title,
		rows: modes.flatMap(mode => keymap[mode]).flatMap(row),
	}));
	return [...sections, {title: 'Everywhere', rows: everywhere.flatMap(row)}];
}

/** The tables of docs/keys.md, in Markdown. */
export function keymapMarkdown(): string {
	return helpSections()
		.map(({title, rows}) =>
			[
				`**${title}**`,
				'',
				'| key | does |',
				'| --- | --- |',
				...rows.map(([keys, what]) => `| \`${keys}\` | ${what} |`),
			].join('\n'),
		)
		.join('\n\n');
}

function row({label, help: what}: Binding): (readonly [string, string])[] {
	return what === null ? [] : [[label, what]];
}
