import {type Binding, clearField, erase, help, palette} from '../model/binding.ts';
import type {Mode, State} from '../model/state.ts';
import {hasNext} from '../model/walk.ts';

/** A letter is a command in the PIN screen only while its field is empty. */
const fieldEmpty = ({screen}: State) =>
	screen.name === 'authorize' && (screen.phase.name !== 'awaiting-pin' || screen.phase.pin === '');
/** Help and commands where other keys are wanted more. */
const more: readonly Binding[] = [
	{...help, vital: false, when: fieldEmpty},
	{...palette, short: null, keys: [':'], when: fieldEmpty},
];
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
	help: 'skip this bot',
	command: 'skip',
	when: fieldEmpty,
};
const previous: Binding = {
	keys: ['b'],
	label: 'b',
	short: null,
	help: 'go back to the bot before',
	command: 'previous',
	when: state =>
		fieldEmpty(state) && state.screen.name === 'authorize' && state.screen.walk.results.length > 0,
};

const severalHeld = ({screen}: State) =>
	screen.name === 'authorize' && screen.phase.name === 'conflict' && screen.phase.held.length > 1;

const canChangeApp = ({screen, app}: State) =>
	screen.name === 'authorize' &&
	screen.phase.name === 'failed' &&
	screen.phase.problem.code === 'x-app-key' &&
	app?.from === 'setup';

/** The key bindings of an authorization and of the walk. */
export const authorizeBindings = {
	requesting: [back, skip, previous, ...more],
	'awaiting-pin': [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'save',
			help: 'submit the PIN and save the key',
			command: 'submit',
			vital: true,
		},
		{keys: ['c', 'y'], label: 'c', short: 'copy', help: 'copy the link', command: 'copy', when: fieldEmpty},
		{
			keys: ['o'],
			label: 'o',
			short: 'open',
			help: 'open the link in the browser',
			command: 'open',
			when: fieldEmpty,
		},
		{
			keys: ['Q'],
			label: 'Q',
			short: 'QR',
			help: 'show the link as a QR code, for a phone',
			command: 'qr',
			when: fieldEmpty,
		},
		{
			keys: ['n'],
			label: 'n',
			short: 'new link',
			help: 'get a new link; asks first',
			command: 'new-link',
			when: fieldEmpty,
		},
		skip,
		previous,
		...more,
		back,
		erase,
		clearField,
	],
	exchanging: [back, ...more],
	conflict: [
		{
			keys: ['k'],
			label: 'k',
			short: 'keep',
			help: 'make the new key the active one',
			command: 'keep',
			vital: true,
		},
		{keys: ['d'], label: 'd', short: 'discard', help: 'remove the new key', command: 'discard', vital: true},
		{
			keys: ['up'],
			label: 'up down',
			short: 'another',
			help: 'choose another key',
			command: 'up',
			when: severalHeld,
		},
		{keys: ['down'], label: 'down', short: null, help: null, command: 'down', when: severalHeld},
		skip,
		{...back, short: 'later', help: 'decide later'},
		...more,
	],
	failed: [
		{
			keys: ['r', 'enter', 'n'],
			label: 'r',
			short: 'try again',
			help: 'ask X for a link again',
			command: 'retry',
			vital: true,
		},
		{
			keys: ['t'],
			label: 't',
			short: 'set up the app',
			brief: 'set up',
			help: 'enter another app key',
			command: 'change-app',
			when: canChangeApp,
		},
		skip,
		previous,
		back,
		...more,
	],
	saved: [
		{
			keys: ['enter', 'a', 's'],
			label: 'enter',
			short: 'next bot',
			help: 'go on to the next bot',
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
		...more,
	],
	unsaved: [
		{
			keys: ['r', 'enter'],
			label: 'r',
			short: 'try again',
			help: 'try to save the key again',
			command: 'retry',
			vital: true,
		},
		{
			keys: ['w'],
			label: 'w',
			short: 'write down',
			help: 'show the key so you can write it down; asks first',
			command: 'reveal',
		},
		back,
		...more,
	],
	summary: [
		{
			keys: ['a'],
			label: 'a',
			short: 'continue',
			help: 'continue with the bots that are left',
			command: 'walk',
			when: ({screen}) => screen.name === 'summary' && screen.left > 0,
		},
		{
			keys: ['enter', 'escape', 'q'],
			label: 'enter',
			short: 'flock',
			help: 'back to the flock',
			command: 'back',
			vital: true,
		},
		{...help, vital: false},
		{...palette, short: null},
	],
} satisfies Partial<Record<Mode, readonly Binding[]>>;
