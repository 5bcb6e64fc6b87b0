import assert from 'node:assert/strict';
import {test} from 'node:test';
import {frameLines} from '../../source/tui/frame.ts';
import {bindingsOf, hasField, keymap} from '../../source/tui/keymap.ts';
import type {Effect} from '../../source/tui/model/action.ts';
import type {Binding, Command} from '../../source/tui/model/binding.ts';
import {modeOf, type State} from '../../source/tui/model/state.ts';
import {paletteRows} from '../../source/tui/overlay/palette.ts';
import {gallery} from './gallery.ts';
import {type Played, play, textOf, viewWith} from './support.ts';

const size = {columns: 200, rows: 60};

/** What a key leads to, the moment a letter over an empty PIN field is held back included. */
function pressed(state: State, key: string): Played {
	return play(play(state, key), {type: 'timer', timer: {for: 'letter', attempt: state.attempts}});
}

/** What stands on the screen. */
function drawn(state: State): string {
	return textOf(frameLines(state, viewWith())).join('\n');
}

/** True where letters are text: in a field, but for the PIN's as long as it is empty. */
function isTyping({screen, ...state}: State): boolean {
	const isEmptyPin =
		modeOf({...state, screen}) === 'awaiting-pin' &&
		screen.name === 'authorize' &&
		screen.phase.name === 'awaiting-pin' &&
		screen.phase.pin === '';
	return hasField({...state, screen}) && !isEmptyPin;
}

test('on every screen ? and F1 tell of its keys, and esc leads back under the help; in a field ? is text', () => {
	for (const [name, state] of Object.entries(gallery(size))) {
		for (const key of isTyping(state) ? ['f1'] : ['?', 'f1']) {
			const {state: help} = pressed(state, key);
			const {overlay} = help;
			assert.ok(overlay?.name === 'help', `${name}: ${key}`);
			if (state.overlay?.name === 'help') {
				assert.equal(overlay.all, !state.overlay.all, name);
				continue;
			}

			const here = bindingsOf(state).filter(({short, command}) => short !== null && command !== 'help');
			assert.ok(here.length > 0, name);
			for (const {label, help: what} of here) {
				assert.ok(what !== null && drawn(help).includes(what), `${name}: ${label} is not told of`);
				assert.ok(drawn(help).includes(label), `${name}: ${label}`);
			}

			assert.equal(play(help, 'escape').state.overlay, state.overlay, `${name}: ${key}, esc`);
		}

		if (isTyping(state)) {
			assert.equal(modeOf(pressed(state, '?').state), modeOf(state), name);
		}
	}
});

test('on every screen : and ctrl+p find its commands by name, and esc leads back; in a field : is text', () => {
	for (const [name, state] of Object.entries(gallery(size))) {
		if (state.overlay?.name === 'palette') {
			assert.equal(pressed(state, 'ctrl+p').state.overlay, state.overlay.over, name);
			continue;
		}

		for (const key of isTyping(state) ? ['ctrl+p'] : [':', 'ctrl+p']) {
			const {state: open} = pressed(state, key);
			const {overlay} = open;
			assert.ok(overlay?.name === 'palette', `${name}: ${key}`);
			const under: State['overlay'] = state.overlay?.name === 'help' ? state.overlay.over : state.overlay;
			assert.equal(overlay.over, under, name);
			const rows = paletteRows(open, overlay);
			const bindings: Binding[] = bindingsOf({...state, overlay: under});
			for (const {label, command, help} of bindings) {
				const isThere = rows.some(row => row.label === label && row.help === help);
				const isListed = help !== null && !unlisted.has(command);
				assert.equal(isThere, isListed, `${name}: ${label} ${help}`);
			}

			assert.equal(play(open, 'escape').state.overlay, under, `${name}: ${key}, esc`);
		}
	}
});

/** What moves, edits, closes or is the palette itself has no name there. */
const unlisted: ReadonlySet<Command> = new Set([
	...(['palette', 'close', 'up', 'down', 'page-up', 'page-down', 'first', 'last'] as const),
	...(['erase', 'erase-next', 'erase-word', 'clear-field', 'erase-rest'] as const),
	...(['cursor-left', 'cursor-right', 'cursor-home', 'cursor-end', 'word-left', 'word-right'] as const),
]);

/** What each letter means, wherever it stands, and the words that it may have in a footer. */
const letters: Readonly<Record<string, readonly [commands: readonly Command[], words: RegExp]>> = {
	c: [['copy', 'copy-account'], /^copy$/],
	y: [['copy', 'copy-account', 'yes'], /^(copy|yes)$/],
	o: [['open', 'open-account'], /^open$/],
	C: [['check'], /^check$/],
	Q: [['qr', 'close'], /^(QR code|back to the link)$/],
	r: [['retry', 'read-again'], /^(try|save) again$/],
	'ctrl+r': [['read-again'], /^read again$/],
	d: [['discard'], /^discard$/],
	s: [['skip', 'next'], /^(skip|next bot)$/],
	b: [['previous'], /^back one$/],
	n: [['new-link', 'retry', 'no'], /^(new link|try again|no)$/],
	e: [['handle'], /^(expected )?handle$/],
	t: [['setup', 'change-app'], /^set up( the app)?$/],
	p: [['practice'], /^practise$/],
	i: [['sample'], /^make a sample$/],
	w: [['reveal'], /^write down$/],
	m: [['mark'], /^mark$/],
	'*': [['mark-all'], /^$/],
	S: [['sort'], /^sort$/],
	u: [['undo'], /^undo$/],
	f: [['forget'], /^forget$/],
	x: [['export'], /^export$/],
	a: [['walk', 'next'], /^(walk.*|continue|next bot|)$/],
	l: [['read-link'], /^read the link$/],
	q: [['quit', 'back', 'close'], /^(quit|back.*|flock|close|cancel)$/],
	':': [['palette'], /^commands$/],
	'/': [['filter'], /^filter$/],
	'?': [['help'], /^(help|all keys|this place)$/],
};

/** In lists these move, and stand outside the rule. */
const inLists: ReadonlySet<Command> = new Set(['up', 'down', 'first', 'last', 'keep']);

test('a letter has one meaning on every screen, and one word in every footer', () => {
	const seen = new Set<string>();
	for (const [name, state] of Object.entries(gallery(size))) {
		for (const {keys, command, short} of bindingsOf(state)) {
			for (const key of keys.filter(one => one.length === 1 || one === 'ctrl+r')) {
				if (inLists.has(command)) {
					assert.match(key, command === 'keep' ? /^k$/ : /^[jkgG]$/, name);
					continue;
				}

				const lower = command === 'yes' || command === 'no' ? key.toLowerCase() : key;
				const [commands, words] = letters[lower] ?? assert.fail(`${name}: nobody knows ${key}`);
				seen.add(lower);
				assert.ok(commands.includes(command), `${name}: ${key} is ${command}`);
				assert.match(short ?? '', short === null ? /^$/ : words, `${name}: ${key}`);
			}
		}
	}

	assert.deepEqual(
		Object.keys(letters).filter(letter => !seen.has(letter)),
		[],
		'letters that stand on no screen',
	);
});

/** True where an effect of this kind came. */
const does =
	(...types: Effect['type'][]) =>
	(_: State, {effects}: Played) =>
		effects.some(({type}) => types.includes(type));
const over =
	(...names: string[]) =>
	(_: State, {state}: Played) =>
		names.includes(state.overlay?.name ?? '');
const to =
	(...names: string[]) =>
	(_: State, {state}: Played) =>
		names.includes(modeOf(state));
const tells =
	(words: RegExp) =>
	(_: State, {state}: Played) =>
		words.test(state.notice?.text ?? '');
type Outcome = (before: State, after: Played) => boolean;
const either =
	(...outcomes: Outcome[]): Outcome =>
	(before, after) =>
		outcomes.some(outcome => outcome(before, after));
/** True where a command has left the place that it was given in. */
const leaves: Outcome = (before, {state, effects}) =>
	modeOf(state) !== modeOf(before) || effects.some(({type}) => type === 'leave' || type === 'end');
const selects: Outcome = (before, {state}) =>
	JSON.stringify([state.overlay, state.screen, state.list.selected]) !==
	JSON.stringify([before.overlay, before.screen, before.list.selected]);
const botOn = ({screen}: State) => (screen.name === 'authorize' ? screen.bot : null);
const another: Outcome = (before, {state}) =>
	state.screen.name === 'summary' || botOn(state) !== botOn(before);

/** The help that has been read to its end scrolls no further. */
const atEnd: Outcome = ({overlay, room}) => overlay?.name === 'help' && overlay.top + room.body >= room.help;

/** What the word of each command in a footer promises. */
const promises: Readonly<Partial<Record<Command, Outcome>>> = {
	authorize: to('requesting', 'conflict', 'unsaved', 'first-run'),
	walk: to('requesting', 'conflict', 'first-run'),
	filter: over('filter'),
	check: either(
		over('confirm'),
		(_, {state}) => state.checking !== null,
		tells(/no key to check|is running/),
	),
	'cancel-check': (_, {state}) => state.checking?.cancelled === true,
	export: either(over('export'), tells(/No active key to export/)),
	mark: (before, {state}) => state.list.marks.size !== before.list.marks.size,
	undo: does('bring-back'),
	palette: over('palette'),
	forget: either(over('forget'), tells(/No key to forget/)),
	handle: over('handle'),
	sort: (before, {state}) => state.list.sort !== before.list.sort,
	'copy-account': either(does('copy'), tells(/No account to copy/)),
	'open-account': either(does('open'), tells(/No account to open|no page at X/)),
	'read-link': (before, {state}) => state.agreed.size > before.agreed.size,
	'read-again': does('read'),
	help: over('help'),
	quit: either(does('end'), over('confirm')),
	sample: does('add-sample'),
	setup: to('setup'),
	practice: (_, {effects}) =>
		effects.some(effect => effect.type === 'end' && effect.exit.kind === 'practice'),
	back: leaves,
	close: leaves,
	accept: either(leaves, selects, does('export', 'expect-handle'), tells(/./)),
	submit: either(does('submit-pin', 'try-app'), selects),
	copy: does('copy'),
	open: does('open', 'open-link'),
	qr: over('qr'),
	'new-link': over('confirm'),
	skip: another,
	previous: another,
	next: another,
	retry: either(does('request-link', 'retry-save', 'decide')),
	reveal: over('confirm'),
	keep: does('decide'),
	discard: does('decide'),
	up: selects,
	down: either(selects, atEnd),
	'change-app': to('setup'),
	yes: leaves,
	no: leaves,
	'clear-filter': (_, {state}) => state.list.filter === '' && state.overlay === null,
	'other-field': selects,
	'next-format': selects,
};

test('every key of every footer does what its word says, on every screen', () => {
	const wrong: string[] = [];
	const seen = new Set<string>();
	// In a small window the help scrolls.
	const screens = [...Object.entries(gallery(size)), ...Object.entries(gallery({columns: 80, rows: 24}))];
	for (const [name, state] of screens) {
		for (const {keys, short, label, command} of bindingsOf(state)) {
			if (short === null) {
				continue;
			}

			const promise = promises[command] ?? assert.fail(`nothing is promised by ${command}`);
			seen.add(`${modeOf(state)} ${label}`);
			for (const key of keys) {
				const after = pressed({...state, notice: null}, key);
				if (!promise(state, after)) {
					wrong.push(`${name}: ${key} (${label} ${short}) led to ${modeOf(after.state)}`);
				}
			}
		}
	}

	assert.deepEqual(wrong, []);
	const named = Object.entries(keymap).flatMap(([mode, bindings]) =>
		bindings.filter(({short}) => short !== null).map(({label}) => `${mode} ${label}`),
	);
	assert.deepEqual(
		named.filter(one => !seen.has(one)),
		[],
		'keys of footers that no screen of the gallery shows',
	);
});
