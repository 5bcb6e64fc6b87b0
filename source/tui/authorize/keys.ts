import {type Binding, clearField, erase, help} from '../model/binding.ts';
import type {Mode, State} from '../model/state.ts';
import {hasNext} from '../model/walk.ts';

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

const severalHeld = ({screen}: State) =>
	screen.name === 'authorize' && screen.phase.name === 'conflict' && screen.phase.held.length > 1;

const canChangeApp = ({screen, app}: State) =>
	screen.name === 'authorize' &&
	screen.phase.name === 'failed' &&
	screen.phase.problem.code === 'x-app-key' &&
	app?.from === 'setup';

/** The key bindings of an authorization and of the walk. */
export const authorizeBindings = {
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
		{
			keys: ['up'],
			label: 'up down',
			short: 'another',
			help: 'choose another held key, where there are several',
			command: 'up',
			when: severalHeld,
		},
		{keys: ['down'], label: 'down', short: null, help: null, command: 'down', when: severalHeld},
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
	summary: [
		{
			keys: ['a'],
			label: 'a',
			short: 'go on',
			help: 'go on with the bots that are left',
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
	],
} satisfies Partial<Record<Mode, readonly Binding[]>>;
