import {authorizeBindings} from './authorize/keys.ts';
import {exportBindings} from './export/keys.ts';
import {flockBindings} from './flock/keys.ts';
import {type Binding, help, palette} from './model/binding.ts';
import {type Mode, modeOf, type State} from './model/state.ts';
import {overlayBindings} from './overlay/keys.ts';
import {setupBindings} from './setup/keys.ts';

/** Every key binding, by what takes the keys. The footer, the help and docs/keys.md come from this. */
export const keymap: Readonly<Record<Mode, readonly Binding[]>> = {
	...flockBindings,
	...overlayBindings,
	...authorizeBindings,
	...setupBindings,
	...exportBindings,
};

const everywhere: readonly Binding[] = [
	{...help, keys: ['?', 'f1'], short: null},
	{...palette, keys: [':', 'ctrl+p'], short: null},
	{keys: ['ctrl+c'], label: 'ctrl+c', short: null, help: 'quit, from anywhere', command: 'interrupt'},
	{keys: ['ctrl+z'], label: 'ctrl+z', short: null, help: 'back to the shell; fg returns', command: 'suspend'},
];

/** The active bindings of a state, in the footer's order. */
export function bindingsOf(state: State): Binding[] {
	return keymap[modeOf(state)]
		.filter(binding => binding.when?.(state) ?? true)
		.map(binding => (binding.name === undefined ? binding : {...binding, ...binding.name(state)}));
}

/** A key's binding in a state; `null` if it has none. */
export function bindingOf(state: State, key: string): Binding | null {
	// In a field, ? and : are text.
	const isText = hasField(state) && key.length === 1;
	const known = [...bindingsOf(state), ...(isText ? [] : everywhere)];
	const withoutShift = key.replace(/^shift\+/, '');
	return (
		known.find(({keys}) => keys.includes(key)) ?? known.find(({keys}) => keys.includes(withoutShift)) ?? null
	);
}

/** True if text can be typed or pasted: fields are where text can be erased. */
export function hasField(state: State): boolean {
	return keymap[modeOf(state)].some(({command}) => command === 'erase');
}

const titles: readonly (readonly [string, readonly Mode[]])[] = [
	['Flock', ['flock']],
	['First steps', ['first-run']],
	['Filter', ['filter']],
	['Expected handle', ['handle']],
	['New host', ['grant']],
	['Export', ['export']],
	['Authorize', ['awaiting-pin']],
	['A key to decide about', ['conflict']],
	['A link that failed', ['failed']],
	['A key that could not be saved', ['unsaved']],
	['Setup', ['setup']],
];

/** The help: a title, and rows of keys and their meanings. */
export type HelpSection = {title: string; rows: readonly (readonly [keys: string, what: string])[]};

/** A place's name in the help. */
export function helpTitle(mode: Mode): string {
	return titles.find(([, modes]) => modes.includes(mode))?.[0] ?? 'Keys here';
}

/** A state's active keys. */
export function placeSection(state: State): HelpSection {
	return {
		title: helpTitle(modeOf(state)),
		rows: bindingsOf(state)
			.filter(({short, command}) => short !== null && command !== 'help')
			.flatMap(row),
	};
}

/** The whole keymap for the help and docs/keys.md. */
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
