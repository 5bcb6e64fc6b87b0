import {moment} from '../../flock/duration.ts';
import type {ErrorCode} from '../../flock/error.ts';
import type {Action} from '../model/action.ts';
import type {Command} from '../model/binding.ts';
import {afterMove, arrange, moved, nextSort, sortWord, widthsOf, withFilter} from '../model/list.ts';
import {type State, withoutSaved} from '../model/state.ts';
import {andThen, notify, type Step, step} from '../model/step.ts';
import {walkPlace} from '../model/walk.ts';
import {copyAccount, openAccount} from './reduce-account.ts';

/** Carries out a command of the flock screen. */
export function flockCommand(state: State, command: Command): Step {
	switch (command) {
		case 'clear-list':
			return step(withFilter({...state, list: {...state.list, marks: new Set()}}, ''));
		case 'read-again':
			return andThen(step(state, {type: 'read'}), next => notify(next, 'Reading again.'));
		case 'read-link':
			return readLink(state);
		case 'sample':
			return step(state, {type: 'add-sample'});
		case 'mark':
			return mark(state);
		case 'mark-all':
			return markAll(state);
		case 'mark-up':
			return markTo(state, -1);
		case 'mark-down':
			return markTo(state, 1);
		case 'copy-account':
			return copyAccount(state);
		case 'open-account':
			return openAccount(state);
		case 'sort': {
			const sort = nextSort(state.list.sort);
			const sorted = {...state, list: arrange(state.flock ?? [], {...state.list, sort})};
			const {size} = state.list.marks;
			return notify(sorted, `Sorted by ${sortWord[sort]}${size === 0 ? '' : `; ${size} still marked`}.`);
		}

		default:
			return step(afterMove(state, command));
	}
}

/** What says that a keystore which is elsewhere may be back any moment, as it was. */
const isAway: ReadonlySet<ErrorCode> = new Set([
	'keystore-unreachable',
	'keystore-refused',
	'keystore-read-only',
]);

/** Handles a reading of the flock. */
export function flockResult(state: State, action: Action, now: number): Step {
	switch (action.type) {
		case 'read':
			return action.flock.some(({waiting}) => waiting !== undefined)
				? step(taken(state, action, now), {type: 'save-waiting'})
				: step(taken(state, action, now));
		case 'read-failed':
			return step(
				state.flock !== null && isAway.has(action.problem.code)
					? {...state, away: {problem: action.problem, since: moment(state.readAt, now)}}
					: {...state, problem: action.problem, away: null},
			);
		case 'poem':
			return step(
				state.previewing === action.bot ? {...state, preview: {bot: action.bot, text: action.text}} : state,
			);
		default:
			return step(state);
	}
}

/** Reads the file outside the folder, and asks no more about it. */
function readLink(state: State): Step {
	const elsewhere = state.preview?.text?.elsewhere;
	return elsewhere === undefined
		? step(state)
		: step({...state, agreed: new Set(state.agreed).add(elsewhere), previewing: null});
}

function taken(
	state: State,
	{flock, folder, app, appProblem, others = null}: Action & {type: 'read'},
	now: number,
): State {
	const there = new Set(flock.map(bot => bot.name));
	const marks = new Set([...state.list.marks].filter(name => there.has(name)));
	const list =
		state.flock === null ? {...state.list, selected: walkPlace(flock) ?? state.list.selected} : state.list;
	const known = {
		...state,
		flock,
		folder,
		app,
		appProblem: appProblem ?? null,
		problem: null,
		away: null,
		others,
		readAt: now,
		widths: widthsOf(flock),
		list: arrange(flock, {...list, marks}),
		preview: state.preview !== null && there.has(state.preview.bot) ? state.preview : null,
		previewing: null,
	};
	return settled(known);
}

/** Removes waiting keys that another program has saved, and closes a screen about them. */
function settled(state: State): State {
	const waits = new Set(
		(state.flock ?? []).filter(({waiting}) => waiting !== undefined).map(({name}) => name),
	);
	const unsaved = state.unsaved.filter(one => !one.waits || waits.has(one.bot));
	return unsaved.length === state.unsaved.length
		? state
		: state.unsaved.reduce<State>((next, {bot}) => withoutSaved(next, bot), {...state, unsaved});
}

function mark(state: State): Step {
	const {selected} = state.list;
	if (selected === null) {
		return step(state);
	}

	const marks = new Set(state.list.marks);
	if (!marks.delete(selected)) {
		marks.add(selected);
	}

	return step(marked(state, marks, 1));
}

/** Marks all shown bots, or unmarks them if all are marked. */
function markAll(state: State): Step {
	const {shown, marks} = state.list;
	const names = shown.map(({name}) => name);
	const isAll = names.every(name => marks.has(name));
	return step(
		marked(
			state,
			new Set(isAll ? [...marks].filter(name => !names.includes(name)) : [...marks, ...names]),
			0,
		),
	);
}

/** Marks the selected bot and the next one in a direction. */
function markTo(state: State, by: number): Step {
	const next = moved(state.list, by);
	const ends = [state.list.selected, next.selected].filter(name => name !== null);
	return step(marked(state, new Set([...state.list.marks, ...ends]), by));
}

/** The state with these marks and another selection. The number of marks is then the latest news. */
function marked(state: State, marks: ReadonlySet<string>, by: number): State {
	return {...state, notice: null, list: moved({...state.list, marks}, by)};
}
