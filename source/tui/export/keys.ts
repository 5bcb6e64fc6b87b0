import {type Binding, editing} from '../model/binding.ts';
import type {Mode} from '../model/state.ts';

/** The key bindings of the export. */
export const exportBindings = {
	export: [
		{
			keys: ['enter'],
			label: 'enter',
			short: 'write',
			help: 'write the files (asks before overwriting)',
			command: 'accept',
			vital: true,
		},
		{
			keys: ['tab', 'down'],
			label: 'tab',
			short: 'format',
			help: 'the next format',
			command: 'next-format',
		},
		{
			keys: ['backtab', 'up'],
			label: 'shift+tab',
			short: null,
			help: 'the format before',
			command: 'previous-format',
		},
		{keys: ['escape'], label: 'esc', short: 'cancel', help: 'write nothing', command: 'close', vital: true},
		...editing,
	],
} satisfies Partial<Record<Mode, readonly Binding[]>>;
