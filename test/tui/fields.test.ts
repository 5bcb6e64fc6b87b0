import assert from 'node:assert/strict';
import {test} from 'node:test';
import {inspect} from 'node:util';
import fc from 'fast-check';
import {columnsOf} from '../../source/flock/width.ts';
import {cursorOf, frameLines} from '../../source/tui/frame.ts';
import {hasField, keymap} from '../../source/tui/keymap.ts';
import {edited, edits, parted} from '../../source/tui/model/field.ts';
import {type Mode, modeOf, type State} from '../../source/tui/model/state.ts';
import {runs} from '../helpers/thorough.ts';
import {flockScreen, mixedFlock, pinScreen, play, viewWith} from './support.ts';

const size = {columns: 200, rows: 40};
const flock = () => flockScreen(mixedFlock, {size});
const setup = () => play(flockScreen(mixedFlock, {size, app: null}), 'enter', 't').state;

/** A field of the program: how one comes to it, empty, and what stands in it. */
type Tried = {
	start: () => State;
	text(state: State): string;
	/** How many columns its text takes as it is drawn. */
	drawn(text: string): number;
	/** What may be typed and pasted: no letter where one is a command. */
	characters: readonly string[];
};

const letters = ['a', 'b', 'é', 'e\u0301', '俳', '句', '👩‍👩‍👧‍👦', '👍🏽', '🇩🇪', '?', ':', '1'];
const words = [...letters, ' '];

const overlayText = (state: State) =>
	state.overlay !== null && 'text' in state.overlay ? state.overlay.text : assert.fail(modeOf(state));
const dots = (text: string) => [...new Intl.Segmenter().segment(text)].length;

const fields: Readonly<Record<string, Tried>> = {
	filter: {
		start: () => play(flock(), '/').state,
		text: state => state.list.filter,
		drawn: columnsOf,
		characters: words,
	},
	'expected handle': {
		start: () => play(flock(), 'e').state,
		text: overlayText,
		drawn: columnsOf,
		characters: letters,
	},
	'a new host': {
		start: () => play(flockScreen(mixedFlock, {size, shared: true}), 'down', 'h', 'up', 'enter').state,
		text: overlayText,
		drawn: columnsOf,
		characters: words,
	},
	palette: {start: () => play(flock(), ':').state, text: overlayText, drawn: columnsOf, characters: words},
	'export’s path': {
		start: () => play(flock(), 'down', 'x', 'ctrl+u').state,
		text: ({overlay}) => (overlay?.name === 'export' ? overlay.draft.path : assert.fail()),
		drawn: columnsOf,
		characters: words,
	},
	PIN: {
		start: () => pinScreen(mixedFlock, {size}).state,
		text: ({screen}) =>
			screen.name === 'authorize' && screen.phase.name === 'awaiting-pin' ? screen.phase.pin : assert.fail(),
		drawn: columnsOf,
		characters: ['1', '2', '俳', '👩‍👩‍👧‍👦', '-', ' '],
	},
	'API Key': {
		start: setup,
		text: ({screen}) => (screen.name === 'setup' ? screen.consumerKey.reveal() : assert.fail()),
		drawn: dots,
		characters: words,
	},
	'API Key Secret': {
		start: () => play(setup(), 'tab').state,
		text: ({screen}) => (screen.name === 'setup' ? screen.consumerSecret.reveal() : assert.fail()),
		drawn: dots,
		characters: words,
	},
};

/** A field as a row of characters and a place between two of them. */
type Model = {row: string[]; at: number};

const isSpace = (character: string | undefined) => character === ' ';

/** The place of the word's beginning before a place. */
function wordBefore({row, at}: Model): number {
	let place = at;
	while (place > 0 && isSpace(row[place - 1])) {
		place -= 1;
	}

	while (place > 0 && !isSpace(row[place - 1])) {
		place -= 1;
	}

	return place;
}

/** The place of the word's end behind a place. */
function wordBehind({row, at}: Model): number {
	let place = at;
	while (place < row.length && isSpace(row[place])) {
		place += 1;
	}

	while (place < row.length && !isSpace(row[place])) {
		place += 1;
	}

	return place;
}

const without = ({row}: Model, from: number, to: number): Model => ({
	row: [...row.slice(0, from), ...row.slice(to)],
	at: from,
});

/** What each key does to a row of characters. */
const keys: Readonly<Record<string, (model: Model) => Model>> = {
	left: ({row, at}) => ({row, at: Math.max(0, at - 1)}),
	'ctrl+b': ({row, at}) => ({row, at: Math.max(0, at - 1)}),
	right: ({row, at}) => ({row, at: Math.min(row.length, at + 1)}),
	'ctrl+f': ({row, at}) => ({row, at: Math.min(row.length, at + 1)}),
	home: ({row}) => ({row, at: 0}),
	'ctrl+a': ({row}) => ({row, at: 0}),
	end: ({row}) => ({row, at: row.length}),
	'ctrl+e': ({row}) => ({row, at: row.length}),
	'alt+b': model => ({...model, at: wordBefore(model)}),
	'alt+f': model => ({...model, at: wordBehind(model)}),
	backspace: model => without(model, Math.max(0, model.at - 1), model.at),
	// At the end it erases backwards: some terminals send the backspace key as delete.
	delete: model =>
		model.at < model.row.length
			? without(model, model.at, model.at + 1)
			: without(model, Math.max(0, model.at - 1), model.at),
	'ctrl+w': model => without(model, wordBefore(model), model.at),
	'ctrl+u': model => without(model, 0, model.at),
	'ctrl+k': model => without(model, model.at, model.row.length),
};

const inserted = ({row, at}: Model, more: readonly string[]): Model => ({
	row: [...row.slice(0, at), ...more, ...row.slice(at)],
	at: at + more.length,
});

/** The column that the cursor stands in. */
function cursorColumn(state: State): number {
	return cursorOf(state, viewWith())?.column ?? assert.fail('no cursor');
}

for (const [name, field] of Object.entries(fields)) {
	test(`${name}: any keys, letters and pastes leave what a plain row of characters would be, with the cursor in it`, () => {
		const start = field.start();
		const column = cursorColumn(start);
		const typed = fc.constantFrom(...field.characters);
		const stroke = fc.oneof(
			fc.constantFrom(...Object.keys(keys)).map(key => ({key, model: keys[key] ?? assert.fail(key)})),
			typed.map(character => ({
				key: character === ' ' ? 'space' : character,
				model: (model: Model) => inserted(model, [character]),
			})),
			// Too short for a whole PIN; a paste of spaces alone, or with some at its end, is another matter.
			fc.array(typed, {minLength: 1, maxLength: 3}).map(characters => {
				const pasted = [...characters, 'é'].slice(-3).filter(one => one !== 'é' || name !== 'PIN');
				const whole = pasted.at(-1) === ' ' ? [...pasted, '1'] : pasted;
				return {
					key: {type: 'paste' as const, text: whole.join('')},
					model: (model: Model) => inserted(model, whole),
				};
			}),
		);
		fc.assert(
			fc.property(fc.array(stroke, {maxLength: 25}), strokes => {
				let [state, model]: [State, Model] = [start, {row: [], at: 0}];
				for (const {key, model: change} of strokes) {
					({state} = play(state, key));
					model = change(model);
					assert.equal(field.text(state), model.row.join(''));
					assert.equal(state.caret, model.row.length - model.at);
					const before = model.row.slice(0, model.at).join('');
					assert.equal(cursorColumn(state), column + field.drawn(before), 'the cursor’s column');
				}
			}),
			{numRuns: runs(300)},
		);
	});

	test(`${name} is edited in the middle, and takes a paste there`, () => {
		const [one = '', other = ''] = name === 'PIN' ? ['1', '2'] : ['a', 'b'];
		const typed = play(field.start(), one, one, other, other, 'left', 'left').state;
		const more = play(typed, {type: 'paste', text: '8 9'}, 'left', 'backspace', 'delete').state;
		assert.equal(
			field.text(play(typed, {type: 'paste', text: '8 9'}).state),
			`${one}${one}8 9${other}${other}`,
		);
		assert.equal(field.text(more), `${one}${one}8${other}${other}`);
		assert.equal(field.text(play(more, 'ctrl+w').state), `${other}${other}`);
		assert.equal(field.text(play(more, 'ctrl+k').state), `${one}${one}8`);
		assert.equal(field.text(play(more, 'home', 'delete', 'end', 'backspace').state), `${one}8${other}`);
	});
}

test('whatever characters stand in it, an edit takes out one piece or nothing, and the cursor stays within', () => {
	const text = fc.string({unit: 'binary', maxLength: 12});
	fc.assert(
		fc.property(text, fc.nat(14), fc.constantFrom(...edits), (before, after, edit) => {
			const {text: left, after: behind} = edited({text: before, after}, edit);
			const prefix = [...before].findIndex((one, index) => [...left][index] !== one);
			const kept = prefix < 0 ? left : [...left].slice(prefix).join('');
			assert.ok(before.endsWith(kept), JSON.stringify([before, edit, left]));
			const [head, tail] = parted({text: left, after: behind});
			assert.equal(head + tail, left);
		}),
		{numRuns: runs(3000)},
	);
});

test('these are all the fields of the program', () => {
	const places: Mode[] = Object.values(fields).map(({start}) => {
		const state = start();
		assert.ok(hasField(state));
		return modeOf(state);
	});
	const withField = Object.entries(keymap)
		.filter(([, bindings]) => bindings.some(({command}) => command === 'erase'))
		.map(([mode]) => mode);
	assert.deepEqual([...new Set<string>(places)].sort(), withField.sort());
});

test('an app’s secret that is pasted alone into the first field stands nowhere as text: not drawn, not in the state', () => {
	const secret = 'not-a-real-secret-pasted-alone';
	const pasted = play(setup(), {type: 'paste', text: secret});
	const edited = play(pasted, 'left', 'left', 'backspace', 'x', 'end', 'enter');
	const tried = play(pasted, 'enter', 'enter');
	for (const played of [pasted, edited, tried]) {
		const told = [
			inspect(played, {depth: 12, showHidden: true}),
			JSON.stringify(played.state),
			JSON.stringify(frameLines(played.state, viewWith())),
		].join('\n');
		assert.ok(!told.includes('secret-pas'), told.slice(0, 400));
		assert.ok(told.includes('•'.repeat(secret.length)), 'it is not drawn as dots');
	}

	const effect = tried.effects.find(({type}) => type === 'try-app');
	assert.equal(effect?.type === 'try-app' && effect.consumerKey.reveal(), secret);
});
