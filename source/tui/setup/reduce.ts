import {offeredPort} from '../../flock/callback.ts';
import {authorize} from '../authorize/begin.ts';
import type {Action} from '../model/action.ts';
import type {Command} from '../model/binding.ts';
import {inserted} from '../model/field.ts';
import {Secret} from '../model/secret.ts';
import type {SetupScreen, State} from '../model/state.ts';
import {andThen, notify, type Step, step} from '../model/step.ts';

/** Where to create and set up apps at X. */
const consoleUrl = 'https://console.x.com';

/** Opens the setup screen, and then authorizes the bot, if there is one. */
export function openSetup(state: State, bot: string | null): Step {
	const screen: SetupScreen = {
		name: 'setup',
		field: 'consumerKey',
		consumerKey: new Secret(),
		consumerSecret: new Secret(),
		callback: String(offeredPort),
		attempt: state.attempts,
		tryingSince: null,
		problem: null,
		bot,
	};
	return step({...state, overlay: null, screen});
}

/** Carries out a command of the steps to a first key; `null` for those shared with the flock. */
export function firstRunCommand(state: State, command: Command): Step | null {
	const bot = state.screen.name === 'first-run' ? state.screen.bot : null;
	switch (command) {
		case 'practice':
			return step(state, {type: 'end', exit: {kind: 'practice', bot}});
		case 'setup':
			return openSetup(state, bot);
		case 'back':
			return step({...state, screen: {name: 'flock'}});
		default:
			return null;
	}
}

/** Carries out a command of the setup screen. */
export function setupCommand(state: State, screen: SetupScreen, command: Command, now: number): Step {
	if (command === 'back') {
		const left = step({...state, screen: {name: 'flock'}});
		return screen.tryingSince === null
			? left
			: {...left, effects: [{type: 'leave', attempt: screen.attempt}]};
	}

	if (screen.tryingSince !== null) {
		return step(state);
	}

	switch (command) {
		case 'open':
			return step(state, {type: 'open', url: consoleUrl});
		case 'submit':
			return screen.field === 'consumerKey' && screen.consumerKey.length > 0
				? step(withField(state, screen, 'consumerSecret'))
				: tryApp(state, screen, now);
		case 'other-field':
			return step(withField(state, screen, fieldFrom(screen.field, 1)));
		case 'field-before':
			return step(withField(state, screen, fieldFrom(screen.field, -1)));
		default:
			return step(state);
	}
}

const fields = ['consumerKey', 'consumerSecret', 'callback'] as const;

function fieldFrom(field: SetupScreen['field'], by: 1 | -1): SetupScreen['field'] {
	return fields.at((fields.indexOf(field) + by) % fields.length) ?? field;
}

/** What stands in the field that the keys go to. */
export function fieldText(screen: SetupScreen): string {
	const value = screen[screen.field];
	return value instanceof Secret ? value.reveal() : value;
}

/** The screen with another text in that field. */
export function withFieldText(screen: SetupScreen, text: string): SetupScreen {
	const value = screen.field === 'callback' ? text : new Secret(text);
	return {...screen, [screen.field]: value, problem: null};
}

/** Adds typed or pasted text to the field; a newline at its end continues. */
export function setupText(state: State, screen: SetupScreen, text: string, now: number): Step {
	if (screen.tryingSince !== null) {
		return step(state);
	}

	const pair = pairIn(text);
	if (pair !== null) {
		return step({
			...state,
			screen: {
				...screen,
				field: 'consumerSecret',
				consumerKey: new Secret(pair.consumerKey),
				consumerSecret: new Secret(pair.consumerSecret),
				problem: null,
			},
		});
	}

	const value = text.replace(/[\r\n]+$/, '');
	const after = inserted({text: fieldText(screen), after: state.caret}, value);
	const filled = withFieldText(screen, after);
	return /[\r\n]$/.test(text)
		? setupCommand({...state, screen: filled}, filled, 'submit', now)
		: step({...state, screen: filled});
}

/** Handles X's answer about the app key. */
export function setupResult(state: State, action: Action, now: number): Step {
	const {screen} = state;
	if (screen.name !== 'setup' || !('attempt' in action) || action.attempt !== screen.attempt) {
		return step(state);
	}

	if (action.type === 'app-refused') {
		const field = fields.find(name => name === action.problem.field) ?? screen.field;
		return step({...state, screen: {...screen, tryingSince: null, problem: action.problem, field}});
	}

	if (action.type !== 'app-saved') {
		return step(state);
	}

	const saved: State = {
		...state,
		app: action.app,
		appProblem: null,
		callback: 'wanted',
		screen: {name: 'flock'},
	};
	const next = screen.bot === null ? step(saved) : authorize(saved, screen.bot, null, now);
	return andThen({state: next.state, effects: [{type: 'read'}, ...next.effects]}, current =>
		notify(current, 'X accepted the app key. It is saved.', 'good'),
	);
}

function tryApp(state: State, screen: SetupScreen, now: number): Step {
	const attempt = state.attempts + 1;
	const {consumerKey, consumerSecret, callback} = screen;
	return step(
		{...state, attempts: attempt, screen: {...screen, attempt, tryingSince: now, problem: null}},
		{type: 'try-app', attempt, consumerKey, consumerSecret, callback},
	);
}

function withField(state: State, screen: SetupScreen, field: SetupScreen['field']): State {
	return {...state, screen: {...screen, field}};
}

/** Names that a line can give its value, as in `.env` files and the Developer Console. */
const secretName = /secret/i;

/**
 * A key and secret pasted together: two lines, or two of `.env`, in any order if they are named.
 * @returns `null` for anything else.
 */
function pairIn(text: string): {consumerKey: string; consumerSecret: string} | null {
	const lines = text.split(/[\r\n\t]+/).map(line => line.trim());
	const [one, other, ...more] = lines.filter(line => line !== '').map(namedValue);
	if (one === undefined || other === undefined || more.length > 0) {
		return null;
	}

	const isReversed = secretName.test(one.name) && !secretName.test(other.name);
	return isReversed
		? {consumerKey: other.value, consumerSecret: one.value}
		: {consumerKey: one.value, consumerSecret: other.value};
}

/** `NAME=value`, `Name: value` or a value alone, without surrounding quotation marks. */
function namedValue(line: string): {name: string; value: string} {
	const named = /^(?:export\s+)?([A-Za-z][\w ]*?)\s*[=:]\s*(.+)$/.exec(line);
	const value = named?.[2] ?? line;
	return {name: named?.[1] ?? '', value: value.replace(/^(["'])(.*)\1$/, '$2')};
}
