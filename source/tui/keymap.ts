import {needsKey} from '../flock/flock.ts';
import {botOf, type Mode, modeOf, type State} from './state.ts';

/** What a key binding does; the reducers carry it out. */
export type Command =
	| 'quit'
	| 'interrupt'
	| 'suspend'
	| 'help'
	| 'close'
	| 'up'
	| 'down'
	| 'page-up'
	| 'page-down'
	| 'first'
	| 'last'
	| 'authorize'
	| 'walk'
	| 'filter'
	| 'clear-filter'
	| 'clear-list'
	| 'check'
	| 'check-all'
	| 'forget'
	| 'undo'
	| 'mark'
	| 'sort'
	| 'handle'
	| 'read-again'
	| 'erase'
	| 'clear-field'
	| 'accept'
	| 'submit'
	| 'copy'
	| 'open'
	| 'qr'
	| 'new-link'
	| 'skip'
	| 'previous'
	| 'back'
	| 'keep'
	| 'discard'
	| 'retry'
	| 'reveal'
	| 'next'
	| 'change-app'
	| 'yes'
	| 'no'
	| 'other-field'
	| 'practice'
	| 'setup'
	| 'cancel-check';

/** One key binding: what it listens to, what it is called, what it does. */
export type Binding = {
	/** The keys as the reducer gets them. */
	keys: readonly string[];
	/** How the keys are written for people. */
	label: string;
	/** The word in the footer; `null` for bindings that only the help shows. */
	short: string | null;
	/** A briefer word for narrow footers. */
	brief?: string;
	/** What it does, for the help and the README; `null` for keys that need no words. */
	help: string | null;
	command: Command;
	/** When it counts; always, where not given. */
	when?: (state: State) => boolean;
	/** Always in the footer, however narrow it is. */
	vital?: boolean;
};

const moving: readonly Binding[] = [
	{keys: ['up', 'k'], label: '↑ k', short: null, help: 'up', command: 'up'},
	{keys: ['down', 'j'], label: '↓ j', short: null, help: 'down', command: 'down'},
	{keys: ['pageup'], label: 'page up', short: null, help: 'a page up', command: 'page-up'},
	{keys: ['pagedown'], label: 'page down', short: null, help: 'a page down', command: 'page-down'},
	{keys: ['home', 'g'], label: 'home g', short: null, help: 'to the first', command: 'first'},
	{keys: ['end', 'G'], label: 'end G', short: null, help: 'to the last', command: 'last'},
];

const help: Binding = {
	keys: ['?'],
	label: '?',
	short: 'help',
	help: 'this help',
	command: 'help',
	vital: true,
};
const erase: Binding = {keys: ['backspace', 'delete'], label: '⌫', short: null, help: null, command: 'erase'};
const clearField: Binding = {
	keys: ['ctrl+u', 'ctrl+w'],
	label: 'ctrl+u',
	short: null,
	help: 'empty the field',
	command: 'clear-field',
};

/** A letter is a command in the PIN screen only while its field is empty. */
const fieldEmpty = ({screen}: State) =>
	screen.name === 'authorize' && (screen.phase.name !== 'awaiting-pin' || screen.phase.pin === '');
const back: Binding = {
	keys: ['escape'],
	label: 'esc',
	short: 'back',
	help: 'back to the flock',
	command: 'back',
	vital: true,
};
const skip: Binding = {
	keys: ['s'],
	label: 's',
	short: 'skip',
	help: 'leave this bot, go on to the next',
	command: 'skip',
	when: fieldEmpty,
};
const previous: Binding = {
	keys: ['b'],
	label: 'b',
	short: null,
	help: 'back to the bot before',
	command: 'previous',
	when: state =>
		fieldEmpty(state) && state.screen.name === 'authorize' && state.screen.walk.results.length > 0,
};

const canChangeApp = ({screen, app}: State) =>
	screen.name === 'authorize' &&
	screen.phase.name === 'failed' &&
	screen.phase.problem.code === 'x-app-key' &&
	app?.from === 'setup';

/** Every key binding, by what takes the keys. The footer, the help and the README's table come from here. */
export const keymap: Readonly<Record<Mode, readonly Binding[]>> = {
	flock: [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'authorize',
			help: 'authorize the selected bot, or decide about its held key',
			command: 'authorize',
		},
		{
			keys: ['a'],
			label: 'a',
			short: 'next without a key',
			brief: 'next',
			help: 'authorize one bot after the other, from here on',
			command: 'walk',
		},
		{
			keys: ['/'],
			label: '/',
			short: 'filter',
			help: 'filter by name, handle or status as you type',
			command: 'filter',
		},
		{
			keys: ['v'],
			label: 'v',
			short: 'check',
			help: 'ask X who the selected or marked keys are',
			command: 'check',
		},
		{
			keys: ['f'],
			label: 'f',
			short: 'forget',
			help: 'forget or revoke the key of the selected or marked bots',
			command: 'forget',
		},
		{
			keys: ['u'],
			label: 'u',
			short: 'undo',
			help: 'bring back what was forgotten last',
			command: 'undo',
			when: state => state.forgotten.length > 0,
		},
		{
			keys: ['e'],
			label: 'e',
			short: 'handle',
			help: 'set the handle that is expected for the bot',
			command: 'handle',
		},
		{
			keys: ['space'],
			label: 'space',
			short: 'mark',
			help: 'mark, for checking or forgetting several',
			command: 'mark',
		},
		{keys: ['S'], label: 'S', short: 'sort', help: 'sort by name, status or last check', command: 'sort'},
		{
			keys: ['V'],
			label: 'V',
			short: 'check all',
			help: 'ask X about the whole flock, after a yes',
			command: 'check-all',
		},
		{
			keys: ['r'],
			label: 'r',
			short: null,
			help: 'read the folder and the keystore again',
			command: 'read-again',
		},
		{
			keys: ['escape'],
			label: 'esc',
			short: null,
			help: 'clear the filter and the marks',
			command: 'clear-list',
		},
		...moving,
		help,
		{keys: ['q'], label: 'q', short: 'quit', help: 'quit', command: 'quit', vital: true},
	],
	problem: [
		{
			keys: ['r', 'enter'],
			label: 'r',
			short: 'try again',
			help: 'read again',
			command: 'read-again',
			vital: true,
		},
		help,
		{keys: ['q'], label: 'q', short: 'quit', help: 'quit', command: 'quit', vital: true},
	],
	filter: [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'done',
			help: 'keep the filter, back to the list',
			command: 'accept',
			vital: true,
		},
		{
			keys: ['escape'],
			label: 'esc',
			short: 'clear',
			help: 'clear the filter',
			command: 'clear-filter',
			vital: true,
		},
		{keys: ['up'], label: '↑', short: null, help: 'up', command: 'up'},
		{keys: ['down'], label: '↓', short: null, help: 'down', command: 'down'},
		{keys: ['pageup'], label: 'page up', short: null, help: 'a page up', command: 'page-up'},
		{keys: ['pagedown'], label: 'page down', short: null, help: 'a page down', command: 'page-down'},
		erase,
		clearField,
	],
	handle: [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'save',
			help: 'save the handle; an empty one lets any account in',
			command: 'accept',
			vital: true,
		},
		{
			keys: ['escape'],
			label: 'esc',
			short: 'cancel',
			help: 'leave it as it was',
			command: 'close',
			vital: true,
		},
		erase,
		clearField,
	],
	help: [
		{keys: ['up', 'k'], label: '↑', short: 'scroll', help: null, command: 'up'},
		{keys: ['down', 'j', 'space'], label: '↓', short: null, help: null, command: 'down'},
		{keys: ['pageup'], label: 'page up', short: null, help: null, command: 'page-up'},
		{keys: ['pagedown'], label: 'page down', short: null, help: null, command: 'page-down'},
		{keys: ['home', 'g'], label: 'home', short: null, help: null, command: 'first'},
		{keys: ['end', 'G'], label: 'end', short: null, help: null, command: 'last'},
		{
			keys: ['escape', '?', 'q', 'enter'],
			label: 'esc',
			short: 'close',
			help: null,
			command: 'close',
			vital: true,
		},
	],
	confirm: [
		{keys: ['y', 'Y'], label: 'y', short: 'yes', help: null, command: 'yes', vital: true},
		{keys: ['n', 'N', 'escape'], label: 'n', short: 'no', help: null, command: 'no', vital: true},
	],
	forget: [
		{keys: ['up', 'k'], label: '↑', short: null, help: null, command: 'up'},
		{keys: ['down', 'j', 'tab'], label: '↓', short: 'choose', help: null, command: 'down'},
		{keys: ['enter'], label: 'enter', short: 'do it', help: null, command: 'accept', vital: true},
		{keys: ['escape', 'q'], label: 'esc', short: 'cancel', help: null, command: 'close', vital: true},
	],
	checking: [
		{keys: ['escape'], label: 'esc', short: 'stop', help: null, command: 'cancel-check', vital: true},
	],
	revoking: [
		{keys: ['escape'], label: 'esc', short: 'do not wait', help: null, command: 'close', vital: true},
	],
	qr: [
		{
			keys: ['escape', 'r', 'q', 'enter'],
			label: 'esc',
			short: 'back to the link',
			help: null,
			command: 'close',
			vital: true,
		},
	],
	requesting: [back, skip, previous],
	'awaiting-pin': [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'save',
			help: 'hand the PIN in, and save the key',
			command: 'submit',
			vital: true,
		},
		{keys: ['c'], label: 'c', short: 'copy', help: 'copy the link', command: 'copy', when: fieldEmpty},
		{
			keys: ['o'],
			label: 'o',
			short: 'open',
			help: 'open the link in the browser',
			command: 'open',
			when: fieldEmpty,
		},
		{
			keys: ['r'],
			label: 'r',
			short: 'QR',
			help: 'show the link as a QR code, for a phone',
			command: 'qr',
			when: fieldEmpty,
		},
		{
			keys: ['n'],
			label: 'n',
			short: 'new link',
			help: 'a new link, after a yes',
			command: 'new-link',
			when: fieldEmpty,
		},
		skip,
		previous,
		{...help, vital: false, when: fieldEmpty},
		back,
		erase,
		clearField,
	],
	exchanging: [back],
	conflict: [
		{keys: ['k'], label: 'k', short: 'keep', help: 'put the held key in force', command: 'keep', vital: true},
		{keys: ['d'], label: 'd', short: 'discard', help: 'remove the held key', command: 'discard', vital: true},
		skip,
		{...back, short: 'later', help: 'decide later'},
	],
	failed: [
		{
			keys: ['enter', 'n'],
			label: 'enter',
			short: 'try again',
			help: 'ask X for a link again',
			command: 'retry',
			vital: true,
		},
		{
			keys: ['p'],
			label: 'p',
			short: 'app key',
			help: 'give another app key',
			command: 'change-app',
			when: canChangeApp,
		},
		skip,
		previous,
		back,
	],
	saved: [
		{
			keys: ['enter', 'a', 's'],
			label: 'enter',
			short: 'next bot',
			help: 'on to the next bot without a key',
			command: 'next',
			vital: true,
			when: hasNext,
		},
		{
			keys: ['enter'],
			label: 'enter',
			short: 'flock',
			help: 'back to the flock',
			command: 'back',
			vital: true,
			when: state => !hasNext(state),
		},
		{...back, keys: ['escape', 'q']},
	],
	unsaved: [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'save again',
			help: 'try to save the key again',
			command: 'retry',
			vital: true,
		},
		{
			keys: ['w'],
			label: 'w',
			short: 'write down',
			help: 'show the key, so that it can be written down',
			command: 'reveal',
		},
		back,
	],
	setup: [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'next',
			help: 'on to the secret; then try the app key, and save it',
			command: 'submit',
			vital: true,
		},
		{
			keys: ['tab', 'backtab', 'up', 'down'],
			label: 'tab',
			short: 'other field',
			help: 'the other field',
			command: 'other-field',
		},
		{keys: ['escape'], label: 'esc', short: 'back', help: 'back to the flock', command: 'back', vital: true},
		erase,
		clearField,
	],
	'choose-app': [
		{
			keys: ['up', 'down', 'tab', 'j', 'k'],
			label: '↑ ↓',
			short: 'choose',
			help: 'choose',
			command: 'other-field',
		},
		{keys: ['enter'], label: 'enter', short: 'go on', help: 'go on', command: 'accept', vital: true},
		{keys: ['p'], label: 'p', short: null, help: 'practice', command: 'practice'},
		{keys: ['s'], label: 's', short: null, help: 'setup', command: 'setup'},
		{
			keys: ['escape', 'q'],
			label: 'esc',
			short: 'back',
			help: 'back to the flock',
			command: 'back',
			vital: true,
		},
	],
	summary: [
		{
			keys: ['enter', 'escape', 'q'],
			label: 'enter',
			short: 'flock',
			help: 'back to the flock',
			command: 'back',
			vital: true,
		},
	],
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

/** True where text can be typed or pasted. */
export function hasField(state: State): boolean {
	const mode = modeOf(state);
	return mode === 'filter' || mode === 'handle' || mode === 'awaiting-pin' || mode === 'setup';
}

const titles: readonly (readonly [string, readonly Mode[]])[] = [
	['Flock', ['flock']],
	['Filter', ['filter']],
	['Authorize', ['awaiting-pin']],
	['A held key', ['conflict']],
	['A link that failed', ['failed']],
	['A key that could not be saved', ['unsaved']],
	['Setup', ['setup']],
];

/** The help: a title, and rows of keys and what they do. */
export type HelpSection = {title: string; rows: readonly (readonly [keys: string, what: string])[]};

/** The whole keymap as the help overlay and the README show it. */
export function helpSections(): HelpSection[] {
	const sections = titles.map(([title, modes]) => ({
		title,
		rows: modes.flatMap(mode => keymap[mode]).flatMap(row),
	}));
	return [...sections, {title: 'Everywhere', rows: everywhere.flatMap(row)}];
}

/** The README's tables of key bindings, in Markdown. */
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

/** True where a walk has another bot to go to. */
export function hasNext(state: State): boolean {
	return nextOnWalk(state) !== null;
}

/** The next bot of a walk that still lacks a key and has not been dealt with; `null` at its end. */
export function nextOnWalk(state: State): string | null {
	const {screen} = state;
	if (screen.name !== 'authorize') {
		return null;
	}

	const seen = new Set(screen.walk.results.map(result => result.bot));
	return (
		screen.walk.queue.find(name => {
			if (name === screen.bot || seen.has(name)) {
				return false;
			}

			const bot = botOf(state, name);
			return bot !== undefined && needsKey(bot);
		}) ?? null
	);
}
