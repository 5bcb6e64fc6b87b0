import {type Binding, back, editing, help, palette} from '../model/binding.ts';
import {inMemoryOnly, type Mode, type State} from '../model/state.ts';
import {hasNext, previousOnWalk} from '../model/walk.ts';
import {selectedHeld} from './reduce-held.ts';

/** In the PIN screen, letters are commands only while the field is empty. */
const fieldEmpty = ({screen}: State) =>
	screen.name === 'authorize' && (screen.phase.name !== 'awaiting-pin' || screen.phase.pin === '');
/** Help and commands, where other keys matter more. */
const more: readonly Binding[] = [
	{...help, vital: false, when: fieldEmpty},
	{...palette, short: null, keys: [':'], when: fieldEmpty},
];
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
	short: 'back one',
	help: 'go back to the bot before',
	command: 'previous',
	when: state =>
		fieldEmpty(state) && state.screen.name === 'authorize' && previousOnWalk(state.screen) !== null,
};

const severalHeld = ({screen}: State) =>
	screen.name === 'authorize' && screen.phase.name === 'conflict' && screen.phase.held.length > 1;

const hasUnsaved = ({screen, unsaved}: State) =>
	screen.name === 'authorize' && inMemoryOnly({unsaved}).some(({bot}) => bot === screen.bot);

/** True where the browser delivered the selected key, and its account was the only question: enter answers it. */
const isByCallback = ({screen}: State) =>
	screen.name === 'authorize' &&
	screen.phase.name === 'conflict' &&
	selectedHeld(screen.phase)?.reason === 'by-callback';

const hasMade = ({screen}: State) =>
	screen.name === 'summary' && screen.results.some(({kind}) => kind === 'made');

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
			short: 'submit',
			help: 'submit the PIN',
			command: 'submit',
			vital: true,
		},
		{
			keys: ['c', 'y'],
			label: 'c',
			short: 'copy',
			help: 'copy the link',
			command: 'copy',
			when: fieldEmpty,
		},
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
			short: 'QR code',
			help: 'show the link as a QR code for a phone',
			command: 'qr',
			when: fieldEmpty,
		},
		{
			keys: ['n'],
			label: 'n',
			short: 'new link',
			help: 'get a new link',
			command: 'new-link',
			when: fieldEmpty,
		},
		{
			keys: ['e'],
			label: 'e',
			short: 'expected handle',
			brief: 'handle',
			help: 'set the account that the bot should post as',
			command: 'handle',
			when: fieldEmpty,
		},
		skip,
		previous,
		...more,
		back,
		...editing,
	],
	exchanging: [back, ...more],
	conflict: [
		{
			keys: ['r'],
			label: 'r',
			short: 'try again',
			help: 'discard the key and get a new link',
			command: 'retry',
		},
		{
			keys: ['enter'],
			label: 'enter',
			short: 'keep',
			help: 'keep the key of this account',
			command: 'keep',
			when: isByCallback,
		},
		{keys: ['k'], label: 'k', short: 'keep', help: 'keep the key', command: 'keep', vital: true},
		{keys: ['d'], label: 'd', short: 'discard', help: 'discard the key', command: 'discard', vital: true},
		{
			keys: ['up'],
			label: 'up down',
			short: 'another',
			help: 'choose another key that waits',
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
			help: 'try again',
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
			help: 'go to the next bot',
			command: 'next',
			vital: true,
			when: hasNext,
		},
		{...back, keys: ['enter'], label: 'enter', short: 'flock', when: state => !hasNext(state)},
		{...back, keys: ['escape', 'q']},
		...more,
	],
	unsaved: [
		{
			keys: ['r', 'enter'],
			label: 'r',
			short: 'save again',
			help: 'try to save the key again',
			command: 'retry',
			vital: true,
		},
		{
			keys: ['w'],
			label: 'w',
			short: 'write down',
			help: 'show the key to write it down',
			command: 'reveal',
			when: hasUnsaved,
		},
		back,
		...more,
	],
	discarded: [
		{
			keys: ['r', 'enter', 'n'],
			label: 'r',
			short: 'try again',
			help: 'get a new link',
			command: 'retry',
			vital: true,
		},
		skip,
		previous,
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
			keys: ['x'],
			label: 'x',
			short: 'export',
			help: 'export the keys that were made',
			command: 'export',
			when: hasMade,
		},
		{
			keys: ['C'],
			label: 'C',
			short: 'check',
			help: 'check the keys that were made',
			command: 'check',
			when: hasMade,
		},
		{
			keys: ['c', 'y'],
			label: 'c',
			short: 'copy',
			help: 'copy the command that runs your bots',
			command: 'copy',
			when: hasMade,
		},
		{...back, keys: ['enter', 'escape', 'q'], label: 'enter', short: 'flock'},
		{...help, vital: false},
		{...palette, short: null},
	],
} satisfies Partial<Record<Mode, readonly Binding[]>>;
