import {type Binding, back, editing, help, palette} from '../model/binding.ts';
import type {Mode} from '../model/state.ts';

/** The key bindings of the setup of an app key, and of the choice that leads there. */
export const setupBindings = {
	setup: [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'next',
			help: 'go to the secret; then try both at X and save them',
			command: 'submit',
			vital: true,
		},
		{
			keys: ['tab', 'down'],
			label: 'tab',
			short: 'other field',
			help: 'switch fields',
			command: 'other-field',
		},
		{keys: ['backtab', 'up'], label: 'up', short: null, help: null, command: 'field-before'},
		{
			keys: ['ctrl+o'],
			label: 'ctrl+o',
			short: 'open the console',
			help: 'open X’s Developer Console',
			command: 'open',
		},
		back,
		...editing,
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
		{keys: ['enter'], label: 'enter', short: 'continue', help: 'continue', command: 'accept', vital: true},
		{keys: ['p'], label: 'p', short: 'practise', help: 'practise without X', command: 'practice'},
		{keys: ['t'], label: 't', short: 'set up', help: 'set up the app', command: 'setup'},
		{...back, keys: ['escape', 'q']},
		{...help, vital: false},
		{...palette, short: null},
	],
} satisfies Partial<Record<Mode, readonly Binding[]>>;
