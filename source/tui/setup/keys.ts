import {type Binding, clearField, erase, help, palette} from '../model/binding.ts';
import type {Mode} from '../model/state.ts';

/** The key bindings of the setup of an app key, and of the choice that leads there. */
export const setupBindings = {
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
			label: 'tab',
			short: 'choose',
			help: 'choose',
			command: 'other-field',
			// Where an app key was given that cannot be used, there is practice alone.
			when: ({appProblem}) => appProblem === null,
		},
		{keys: ['enter'], label: 'enter', short: 'go on', help: 'go on', command: 'accept', vital: true},
		{keys: ['p'], label: 'p', short: null, help: 'practise without X', command: 'practice'},
		{keys: ['t'], label: 't', short: null, help: 'set up the app', command: 'setup'},
		{
			keys: ['escape', 'q'],
			label: 'esc',
			short: 'back',
			help: 'back to the flock',
			command: 'back',
			vital: true,
		},
		{...help, vital: false},
		{...palette, short: null},
	],
} satisfies Partial<Record<Mode, readonly Binding[]>>;
