import {type Binding, help, palette, readAgain} from '../model/binding.ts';
import {type Mode, poemsAreGone, type State, selectedBot} from '../model/state.ts';
import {needyCount} from '../model/tally.ts';

const moving: readonly Binding[] = [
	{keys: ['up', 'k'], label: 'up k', short: null, help: 'up', command: 'up'},
	{keys: ['down', 'j'], label: 'down j', short: null, help: 'down', command: 'down'},
	{keys: ['pageup'], label: 'page up', short: null, help: 'a page up', command: 'page-up'},
	{keys: ['pagedown'], label: 'page down', short: null, help: 'a page down', command: 'page-down'},
	{keys: ['home', 'g'], label: 'home g', short: null, help: 'to the first', command: 'first'},
	{keys: ['end', 'G'], label: 'end G', short: null, help: 'to the last', command: 'last'},
];

/** Leaves a key out of a host's footer, where it can only say why it does nothing. */
function unlessHost({others}: State): Partial<Pick<Binding, 'short'>> {
	return others === null ? {} : {short: null};
}

/** The key bindings of the flock, and of its place when it cannot be read. */
export const flockBindings = {
	flock: [
		{
			keys: ['escape'],
			label: 'esc',
			short: 'stop',
			help: 'stop the check',
			command: 'cancel-check',
			vital: true,
			when: ({checking}) => checking !== null && !checking.cancelled,
		},
		{
			keys: ['enter'],
			label: 'enter',
			short: 'authorize',
			help: 'authorize the bot, or decide about its new key',
			command: 'authorize',
			name: unlessHost,
		},
		{
			keys: ['a'],
			label: 'a',
			short: 'walk',
			help: 'walk the marked or shown bots that need you',
			command: 'walk',
			name: state => {
				const count = state.others === null ? needyCount(state) : 0;
				return {
					short: count === 0 ? null : `walk the ${count} that ${count === 1 ? 'needs' : 'need'} you`,
					brief: `walk ${count}`,
				};
			},
		},
		{
			keys: ['/'],
			label: '/',
			short: 'filter',
			help: 'filter by words of names, handles and statuses',
			command: 'filter',
		},
		{
			keys: ['C'],
			label: 'C',
			short: 'check',
			help: 'check the selected or marked keys with X',
			command: 'check',
			name: unlessHost,
		},
		{
			keys: ['x'],
			label: 'x',
			short: 'export',
			help: 'export the selected or marked keys for other programs',
			command: 'export',
		},
		{
			keys: ['m', 'space'],
			label: 'm',
			short: 'mark',
			help: 'mark the selected bot (space too)',
			command: 'mark',
		},
		{
			keys: ['u'],
			label: 'u',
			short: 'undo',
			help: 'undo the last forget or discard',
			command: 'undo',
			when: state => state.forgotten.length > 0,
		},
		palette,
		{
			keys: ['f'],
			label: 'f',
			short: 'forget',
			help: 'forget or revoke the selected or marked keys',
			command: 'forget',
			name: unlessHost,
			when: state => !poemsAreGone(state),
		},
		{
			keys: ['h'],
			label: 'h',
			short: null,
			help: 'grant the selected or marked bots to hosts, or take them back',
			command: 'hosts',
			when: ({fixed, others}) => fixed.shared && others === null,
		},
		{
			keys: ['e'],
			label: 'e',
			short: 'handle',
			help: 'set the handle that the bot should have',
			command: 'handle',
			name: unlessHost,
		},
		{keys: ['S'], label: 'S', short: 'sort', help: 'sort by name, status or last check', command: 'sort'},
		{
			keys: ['c', 'y'],
			label: 'c',
			short: 'copy',
			help: 'copy the handle; again for the id and the link',
			command: 'copy-account',
		},
		{
			keys: ['o'],
			label: 'o',
			short: 'open',
			help: 'open the account’s page in the browser',
			command: 'open-account',
		},
		{
			keys: ['*'],
			label: '*',
			short: null,
			help: 'mark all that are shown, or unmark them',
			command: 'mark-all',
		},
		{keys: ['shift+up'], label: 'shift+up', short: null, help: 'mark upwards', command: 'mark-up'},
		{keys: ['shift+down'], label: 'shift+down', short: null, help: 'mark downwards', command: 'mark-down'},
		{
			keys: ['l'],
			label: 'l',
			short: 'read the link',
			brief: 'read',
			help: 'read a poem that links out of the folder of poems',
			command: 'read-link',
			when: state =>
				state.preview?.text?.elsewhere !== undefined && state.preview.bot === selectedBot(state)?.name,
		},
		readAgain,
		{
			keys: ['escape'],
			label: 'esc',
			short: null,
			help: 'clear the filter and the marks',
			command: 'clear-list',
			when: ({checking}) => checking === null || checking.cancelled,
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
} satisfies Partial<Record<Mode, readonly Binding[]>>;
