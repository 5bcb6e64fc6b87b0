import type {Edit} from './field.ts';
import type {State} from './state.ts';

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
	| 'forget'
	| 'hosts'
	| 'undo'
	| 'mark'
	| 'mark-all'
	| 'mark-up'
	| 'mark-down'
	| 'palette'
	| 'open-account'
	| 'copy-account'
	| 'sort'
	| 'handle'
	| 'read-again'
	| 'read-link'
	| Edit
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
	| 'field-before'
	| 'practice'
	| 'setup'
	| 'cancel-check'
	| 'export'
	| 'next-format'
	| 'previous-format'
	| 'sample';

/** One key binding: its keys, its name, and what it does. */
export type Binding = {
	/** The keys as the reducer gets them. */
	keys: readonly string[];
	/** The keys as people write them. */
	label: string;
	/** The word in the footer; `null` for bindings that only the help shows. */
	short: string | null;
	/** A shorter word for narrow footers. */
	brief?: string;
	/** What it does, for the help and docs/keys.md; `null` for keys that need no words. */
	help: string | null;
	command: Command;
	/** When it is active; always by default. */
	when?: (state: State) => boolean;
	/** Always in the footer, even a narrow one. */
	vital?: boolean;
	/** Its name in a state, if that says more. */
	name?: (state: State) => Partial<Pick<Binding, 'short' | 'brief' | 'help'>>;
};

/** Returns to the flock. */
export const back: Binding = {
	keys: ['escape'],
	label: 'esc',
	short: 'back',
	help: 'return to the flock',
	command: 'back',
	vital: true,
};
/** Opens the help. */
export const help: Binding = {
	keys: ['?'],
	label: '?',
	short: 'help',
	help: 'keys of this place; again for all keys (F1 in fields)',
	command: 'help',
	vital: true,
};
/** Opens the commands by name. */
export const palette: Binding = {
	keys: [':', 'ctrl+p'],
	label: ':',
	short: 'commands',
	help: 'find a command by name (ctrl+p in fields)',
	command: 'palette',
};
/** Reads everything again. */
export const readAgain: Binding = {
	keys: ['ctrl+r'],
	label: 'ctrl+r',
	short: null,
	help: 'read the folder and the keystore again',
	command: 'read-again',
};
/** Edits a field like a shell's line. */
export const editing: readonly Binding[] = [
	edit(['backspace'], 'erase'),
	edit(['delete', 'ctrl+d'], 'erase-next'),
	edit(['left', 'ctrl+b'], 'cursor-left'),
	edit(['right', 'ctrl+f'], 'cursor-right'),
	edit(['home', 'ctrl+a'], 'cursor-home'),
	edit(['end', 'ctrl+e'], 'cursor-end'),
	edit(['alt+b'], 'word-left'),
	edit(['alt+f'], 'word-right'),
	edit(['ctrl+w'], 'erase-word', 'erase the word before the cursor'),
	edit(['ctrl+u'], 'clear-field', 'erase to the start'),
	edit(['ctrl+k'], 'erase-rest', 'erase to the end'),
];

function edit(keys: readonly [string, ...string[]], command: Command, help: string | null = null): Binding {
	return {keys, label: keys[0], short: null, help, command};
}
