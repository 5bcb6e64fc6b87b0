import {graphemes} from '../flock/graphemes.ts';
import {pinLetter} from './authorize/reduce.ts';
import {takeCalled} from './authorize/reduce-callback.ts';
import {bindingOf, hasField} from './keymap.ts';
import type {Action, Timer} from './model/action.ts';
import {botAt, mouseIsOurs} from './model/mouse.ts';
import {previewShown} from './model/room.ts';
import {modeOf, type Size, type State, selectedBot} from './model/state.ts';
import {andThen, notify, type Step, step} from './model/step.ts';
import {withRowClicked} from './overlay/mouse.ts';
import {runCommand, takeResult, takeText} from './route.ts';

/** Enters this close together are one: keys repeat every 33 ms. */
const repeatMs = 60;

/** How long after a paste an enter is a habit. */
const habitMs = 1000;

/** The person's actions, and the results of a PIN or a link, after which an earlier notice is out of date. */
const leadsElsewhere: ReadonlySet<Action['type']> = new Set([
	'key',
	'text',
	'paste',
	'timer',
	'exchanged',
	'pin-failed',
	'link-failed',
	'link-held',
]);

/**
 * The only place where the state changes: pure, so every key that arrives counts, in order.
 * @param now milliseconds since 1970.
 * @returns the next state, and the work that follows.
 */
export function reduce(state: State, action: Action, now: number): Step {
	const done = reduceAction(state, action, now);
	const shown = leadsElsewhere.has(action.type)
		? {...done, state: withoutOldNotice(state, done.state)}
		: done;
	const called = andThen(shown, next => takeCalled(next, now));
	return andThen(called, next => readSelectedPoem(withCaret(state, next)));
}

/** The cursor starts at the end of a newly active field. */
function withCaret(before: State, after: State): State {
	return after.caret !== 0 && fieldName(before) !== fieldName(after) ? {...after, caret: 0} : after;
}

function fieldName(state: State): string {
	const {screen} = state;
	const part = screen.name === 'setup' ? screen.field : screen.name === 'authorize' ? screen.attempt : '';
	return `${modeOf(state)} ${part}`;
}

/** A message about an earlier action disappears when the next one leads elsewhere. */
function withoutOldNotice(before: State, after: State): State {
	return after.notice === before.notice && modeOf(after) !== modeOf(before)
		? {...after, notice: null}
		: after;
}

function reduceAction(state: State, action: Action, now: number): Step {
	switch (action.type) {
		case 'key':
			return key(state, action.key, now);
		case 'text':
			return text({...state, enterAt: 0}, action.text, now);
		case 'paste':
			return hasField(state)
				? field({...state, enterAt: 0}, action.text, now)
				: notify(state, 'Nothing to paste into here.');
		case 'mouse':
			return mouse(state, action, now);
		case 'resize':
			return step(isSameSize(state.size, action.size) ? state : {...state, size: action.size});
		case 'start':
		case 'changed':
			return step(state, {type: 'read'});
		case 'notice':
			return notify(state, action.text, action.tone);
		case 'timer':
			return timer(state, action.timer, now);
		default:
			return takeResult(state, action, now);
	}
}

function key(before: State, name: string, now: number): Step {
	if (name === 'enter' && (repeats(before, now) || isHabit(before, now))) {
		return step({...before, enterAt: now});
	}

	// Only consecutive enters can come from one press.
	const state = {...before, enterAt: name === 'enter' ? now : 0};
	const {screen} = state;
	const held = heldLetter(state);
	if (held !== null) {
		// A second character shows that the letter began a text; any other key, that it was a command.
		return isCharacter(name)
			? field(state, character(name), now)
			: andThen(timer(state, {for: 'letter', attempt: held.attempt}, now), next => key(next, name, now));
	}

	const binding = bindingOf(state, name);
	const inPinField =
		screen.name === 'authorize' && screen.phase.name === 'awaiting-pin' && state.overlay === null;
	if (inPinField && binding !== null && isCharacter(name)) {
		return pinLetter(state, screen, name);
	}

	if (binding !== null) {
		return runCommand(state, binding.command, now);
	}

	return hasField(state) && isCharacter(name) ? field(state, character(name), now) : step(state);
}

/** A click selects the row under it; the wheel moves like the arrows. */
function mouse(state: State, {what, column, row}: Action & {type: 'mouse'}, now: number): Step {
	if (!mouseIsOurs(state)) {
		return step(state);
	}

	if (what !== 'click') {
		const binding = bindingOf(state, what === 'wheel-up' ? 'up' : 'down');
		return binding === null ? step(state) : runCommand(state, binding.command, now);
	}

	if (state.overlay !== null && state.overlay.name !== 'filter') {
		return step(withRowClicked(state, state.overlay, column, row));
	}

	const bot = botAt(state, column, row);
	return step(bot === null ? state : {...state, list: {...state.list, selected: bot.name}});
}

/**
 * True for an enter that was held down or pressed twice: it must not answer the screen or question that the
 * first one opened.
 */
function repeats({screen, overlay, enterAt}: State, now: number): boolean {
	return overlay?.name === 'confirm'
		? now - enterAt < habitMs
		: screen.name === 'authorize' && overlay === null && now - enterAt < repeatMs;
}

/** True for an enter by habit, after a paste that submitted the PIN by itself: it must answer nothing. */
function isHabit({screen, overlay, handedInAt}: State, now: number): boolean {
	const hasText =
		screen.name === 'authorize' && screen.phase.name === 'awaiting-pin' && screen.phase.pin !== '';
	return screen.name === 'authorize' && overlay === null && !hasText && now - handedInAt < habitMs;
}

/** Several characters together: a field takes them as a paste; elsewhere each is a key. */
function text(state: State, characters: string, now: number): Step {
	// A tab is always a key: pressed twice at once, or between two values that were copied together.
	const [first = '', ...others] = characters.split('\t');
	if (others.length > 0) {
		return others.reduce(
			(done, part) => andThen(done, next => andThen(key(next, 'tab', now), after => text(after, part, now))),
			text(state, first, now),
		);
	}

	if (/^\r{2,}$/.test(characters)) {
		return [...characters].reduce((done, _) => andThen(done, next => key(next, 'enter', now)), step(state));
	}

	if (hasField(state)) {
		return characters === '' ? step(state) : field(state, characters, now);
	}

	let done = step(state);
	const keys = Array.from(graphemes(characters), ({segment}) => segment);
	for (const [place, character] of keys.entries()) {
		if (hasField(done.state)) {
			return andThen(done, next => field(next, keys.slice(place).join(''), now));
		}

		done = andThen(done, next => key(next, keyOf(character), now));
	}

	return done;
}

function keyOf(segment: string): string {
	return /[\r\n]/.test(segment) ? 'enter' : segment === ' ' ? 'space' : segment;
}

function field(state: State, characters: string, now: number): Step {
	const taken = takeText(state, characters, now);
	return state.overlay !== null && /[\r\n]$/.test(characters)
		? andThen(taken, next => key(next, 'enter', now))
		: taken;
}

function timer(state: State, which: Timer, now: number): Step {
	if (which.for === 'notice') {
		return step(state.notice?.id === which.id ? {...state, notice: null} : state);
	}

	const held = heldLetter(state);
	if (held === null || held.attempt !== which.attempt || state.screen.name !== 'authorize') {
		return step(state);
	}

	const {screen} = state;
	const released: State = {...state, screen: {...screen, phase: {...held.phase, letter: null}}};
	const binding = bindingOf(released, held.letter);
	return binding === null ? step(released) : runCommand(released, binding.command, now);
}

function heldLetter({screen, overlay}: State) {
	return overlay === null &&
		screen.name === 'authorize' &&
		screen.phase.name === 'awaiting-pin' &&
		screen.phase.letter !== null
		? {attempt: screen.attempt, phase: screen.phase, letter: screen.phase.letter}
		: null;
}

function isSameSize(one: Size, other: Size): boolean {
	return one.columns === other.columns && one.rows === other.rows;
}

function isCharacter(name: string): boolean {
	return name === 'space' || [...graphemes(name)].length === 1;
}

function character(name: string): string {
	return name === 'space' ? ' ' : name;
}

/** After any change, the selected poem must be beside the list. */
function readSelectedPoem(state: State): Step {
	const wanted = previewShown(state) ? state.list.selected : null;
	if (wanted === null || wanted === state.previewing) {
		return step(state);
	}

	const poem = selectedBot(state)?.poem ?? null;
	const kept = poem === null ? null : state.preview;
	const next: State = {...state, preview: kept ?? {bot: wanted, text: null}, previewing: wanted};
	return poem === null ? step(next) : step(next, {type: 'read-poem', poem, agreed: state.agreed});
}
