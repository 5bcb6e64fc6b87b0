import {type Binding, editing} from '../model/binding.ts';
import type {Overlay} from '../model/state.ts';

/** The key bindings of what lies over a screen. */
export const overlayBindings = {
	filter: [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'done',
			help: 'keep the filter',
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
		{keys: ['up'], label: 'up', short: null, help: 'up', command: 'up'},
		{keys: ['down'], label: 'down', short: null, help: 'down', command: 'down'},
		{keys: ['pageup'], label: 'page up', short: null, help: 'a page up', command: 'page-up'},
		{keys: ['pagedown'], label: 'page down', short: null, help: 'a page down', command: 'page-down'},
		...editing,
	],
	handle: [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'save',
			help: 'save the handle; leave it empty to accept any account',
			command: 'accept',
			vital: true,
		},
		{
			keys: ['escape'],
			label: 'esc',
			short: 'cancel',
			help: 'change nothing',
			command: 'close',
			vital: true,
		},
		...editing,
	],
	help: [
		{keys: ['up', 'k'], label: 'up', short: null, help: null, command: 'up'},
		{keys: ['space', 'down', 'j'], label: 'space', short: 'scroll', help: null, command: 'down'},
		{keys: ['pageup'], label: 'page up', short: null, help: null, command: 'page-up'},
		{keys: ['pagedown'], label: 'page down', short: null, help: null, command: 'page-down'},
		{keys: ['home', 'g'], label: 'home', short: null, help: null, command: 'first'},
		{keys: ['end', 'G'], label: 'end', short: null, help: null, command: 'last'},
		{
			keys: ['?', 'f1'],
			label: '?',
			short: 'all keys',
			brief: 'all',
			help: null,
			command: 'help',
			name: ({overlay}) => ({short: overlay?.name === 'help' && overlay.all ? 'this place' : 'all keys'}),
		},
		{
			keys: ['escape', 'q', 'enter'],
			label: 'esc',
			short: 'close',
			help: null,
			command: 'close',
			vital: true,
		},
	],
	palette: [
		{keys: ['enter'], label: 'enter', short: 'run', help: null, command: 'accept', vital: true},
		{keys: ['up'], label: 'up', short: null, help: null, command: 'up'},
		{keys: ['down'], label: 'down', short: 'choose', help: null, command: 'down'},
		{keys: ['pageup'], label: 'page up', short: null, help: null, command: 'page-up'},
		{keys: ['pagedown'], label: 'page down', short: null, help: null, command: 'page-down'},
		{keys: ['ctrl+p'], label: 'ctrl+p', short: null, help: null, command: 'close'},
		{keys: ['escape'], label: 'esc', short: 'close', help: null, command: 'close', vital: true},
		...editing,
	],
	confirm: [
		{
			keys: ['enter', 'y', 'Y'],
			label: 'enter',
			short: 'yes',
			help: 'yes (y too)',
			command: 'yes',
			vital: true,
		},
		{keys: ['escape', 'n', 'N'], label: 'esc', short: 'no', help: 'no (n too)', command: 'no', vital: true},
	],
	forget: [
		{keys: ['up', 'k'], label: 'up', short: null, help: null, command: 'up'},
		{keys: ['down', 'j', 'tab'], label: 'tab', short: 'choose', help: null, command: 'down'},
		{keys: ['enter'], label: 'enter', short: 'do it', help: null, command: 'accept', vital: true},
		{keys: ['escape', 'q'], label: 'esc', short: 'cancel', help: null, command: 'close', vital: true},
	],
	revoking: [
		{keys: ['escape'], label: 'esc', short: 'do not wait', help: null, command: 'close', vital: true},
	],
	qr: [
		{keys: ['c', 'y'], label: 'c', short: 'copy', help: null, command: 'copy', vital: true},
		{
			keys: ['escape', 'Q', 'q', 'enter'],
			label: 'esc',
			short: 'back to the link',
			help: null,
			command: 'close',
			vital: true,
		},
	],
} satisfies Partial<Record<Overlay['name'], readonly Binding[]>>;
