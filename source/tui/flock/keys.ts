import {type Binding, help} from '../model/binding.ts';
import {type Mode, selectedBot} from '../model/state.ts';

const moving: readonly Binding[] = [
	{keys: ['up', 'k'], label: 'up k', short: null, help: 'up', command: 'up'},
	{keys: ['down', 'j'], label: 'down j', short: null, help: 'down', command: 'down'},
	{keys: ['pageup'], label: 'page up', short: null, help: 'a page up', command: 'page-up'},
	{keys: ['pagedown'], label: 'page down', short: null, help: 'a page down', command: 'page-down'},
	{keys: ['home', 'g'], label: 'home g', short: null, help: 'to the first', command: 'first'},
	{keys: ['end', 'G'], label: 'end G', short: null, help: 'to the last', command: 'last'},
];

/** The key bindings of the flock, and of what stands in its place where there are no poems or it cannot be read. */
export const flockBindings = {
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
			help: 'mark, for checking, exporting or forgetting several',
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
			keys: ['x'],
			label: 'x',
			short: 'export',
			help: 'write the keys of the selected or marked bots into files for other programs',
			command: 'export',
		},
		{
			keys: ['l'],
			label: 'l',
			short: 'read the link',
			brief: 'read',
			help: 'read a poem that is a link out of the folder of poems',
			command: 'read-link',
			when: state =>
				state.preview?.text?.elsewhere !== undefined && state.preview.bot === selectedBot(state)?.name,
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
	empty: [
		{
			keys: ['i'],
			label: 'i',
			short: 'make a sample',
			brief: 'sample',
			help: 'make the folder of poems with a sample poem in it',
			command: 'sample',
			when: ({folder}) => folder?.problem === 'missing' || folder?.problem === 'empty',
		},
		{
			keys: ['r'],
			label: 'r',
			short: 'read again',
			help: 'read the folder and the keystore again',
			command: 'read-again',
		},
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
} satisfies Partial<Record<Mode, readonly Binding[]>>;
