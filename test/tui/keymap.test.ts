import assert from 'node:assert/strict';
import {test} from 'node:test';
import {bindingsOf, helpSections, keymap, keymapMarkdown} from '../../source/tui/keymap.ts';
import type {Command} from '../../source/tui/model/binding.ts';
import {type Mode, modeOf} from '../../source/tui/model/state.ts';
import {gallery} from './gallery.ts';
import {play} from './support.ts';

const waysOut: ReadonlySet<Command> = new Set([
	'quit',
	'close',
	'back',
	'no',
	'cancel-check',
	'clear-filter',
]);

test('no key does two things on one screen, unless a condition tells them apart', () => {
	for (const [mode, bindings] of Object.entries(keymap)) {
		const seen = new Map<string, boolean>();
		for (const {keys, when} of bindings) {
			for (const key of keys) {
				const before = seen.get(key);
				assert.ok(before === undefined || (before && when !== undefined), `${key} in ${mode}`);
				seen.set(key, when !== undefined);
			}
		}
	}
});

test('on no screen two bindings count for one key', () => {
	for (const [name, state] of Object.entries(gallery({columns: 80, rows: 24}))) {
		const keys = bindingsOf(state).flatMap(binding => binding.keys);
		assert.deepEqual(
			keys.filter((key, index) => keys.indexOf(key) !== index),
			[],
			name,
		);
	}
});

test('every screen has a way out in its footer, and it leads out', () => {
	const seen = new Set<Mode>();
	for (const [name, state] of Object.entries(gallery({columns: 30, rows: 6}))) {
		const mode = modeOf(state);
		seen.add(mode);
		const out = bindingsOf(state).find(
			({vital, short, command}) => vital === true && short !== null && waysOut.has(command),
		);
		assert.ok(out, `${name}: no way out`);
		const {state: after, effects} = play(state, out.label === 'esc' ? 'escape' : out.label);
		// What is under way goes once it has ended; it is told to.
		const isLeaving = effects.some(({type}) => type === 'end' || type === 'leave');
		assert.ok(modeOf(after) !== mode || isLeaving, `${name}: ${out.label} leads nowhere`);
	}

	assert.deepEqual([...seen].sort(), Object.keys(keymap).sort());
});

test('the help and the README’s table name every binding of the flock that does something for a person', () => {
	const markdown = keymapMarkdown();
	for (const {label, help} of keymap.flock) {
		if (help !== null) {
			assert.ok(markdown.includes(`| \`${label}\` | ${help} |`), label);
		}
	}

	assert.ok(helpSections().some(({title}) => title === 'Everywhere'));
	assert.doesNotMatch(markdown, /null|undefined/);
});
