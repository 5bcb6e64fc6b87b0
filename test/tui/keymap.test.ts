import assert from 'node:assert/strict';
import {test} from 'node:test';
import {helpSections, keymap, keymapMarkdown} from '../../source/tui/keymap.ts';

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

test('every screen has a way out in its footer', () => {
	for (const [mode, bindings] of Object.entries(keymap)) {
		assert.ok(
			bindings.some(({vital, short}) => vital === true && short !== null),
			mode,
		);
	}
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
