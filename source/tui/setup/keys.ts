import {type Binding, back, editing, help, palette, readAgain} from '../model/binding.ts';
import type {Mode, State} from '../model/state.ts';

const canMakeSample = ({folder}: State) => folder?.problem === 'missing' || folder?.problem === 'empty';
const needsApp = ({app}: State) => app === null;

/** The key bindings of the app key's setup, and of the steps to it. */
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
			short: 'next field',
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
	'first-run': [
		{
			// Enter does the next step.
			keys: ['i', 'enter'],
			label: 'i',
			short: 'make a sample',
			brief: 'sample',
			help: 'make the folder of poems, with a sample poem',
			command: 'sample',
			when: canMakeSample,
			name: ({folder}) => ({
				short: 'make a sample',
				help: folder?.problem === 'missing' ? 'make it, with a sample poem' : 'add a sample poem',
			}),
		},
		{
			keys: ['t'],
			label: 't',
			short: 'set up',
			help: 'set it up',
			command: 'setup',
			// A key given elsewhere overrides what would be saved here.
			when: ({app, appProblem}) => app === null && appProblem === null,
		},
		{
			keys: ['p'],
			label: 'p',
			short: 'practise',
			help: 'practise without X',
			command: 'practice',
			when: needsApp,
		},
		{
			keys: ['enter'],
			label: 'enter',
			short: null,
			help: null,
			command: 'practice',
			when: state => needsApp(state) && !canMakeSample(state),
		},
		{...back, keys: ['escape', 'q'], when: ({screen}) => screen.name === 'first-run'},
		{...readAgain, short: 'read again'},
		palette,
		help,
		{
			keys: ['q'],
			label: 'q',
			short: 'quit',
			help: 'quit',
			command: 'quit',
			vital: true,
			when: ({screen}) => screen.name === 'flock',
		},
	],
} satisfies Partial<Record<Mode, readonly Binding[]>>;
