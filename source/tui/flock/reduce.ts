import {keysOf} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {authorize, startWalk} from '../authorize/begin.ts';
import {count} from '../draw/text.ts';
import {sortWord} from '../draw/words.ts';
import {askToExport} from '../export/reduce.ts';
import {listRows} from '../layout.ts';
import type {Action} from '../model/action.ts';
import type {Command} from '../model/binding.ts';
import {arrange, chosen, moved, nextSort, widthsOf} from '../model/list.ts';
import {type State, selectedBot} from '../model/state.ts';
import {notify, type Step, step, then} from '../model/step.ts';
import {walkPlace} from '../model/walk.ts';

/** Carries out a command of the flock screen. */
export function flockCommand(state: State, command: Command, now: number): Step {
	switch (command) {
		case 'authorize': {
			const bot = selectedBot(state);
			return bot === undefined
				? notify(state, 'There is no bot to authorize here.')
				: authorize(state, bot.name, null, now);
		}

		case 'walk':
			return startWalk(state, now);
		case 'filter':
			return step({...state, overlay: {name: 'filter'}});
		case 'clear-list':
			return step({...withFilter(state, ''), list: {...withFilter(state, '').list, marks: new Set()}});
		case 'read-again':
			return then(step(state, {type: 'read'}), next => notify(next, 'Read again.'));
		case 'read-link':
			return readLink(state);
		case 'check':
			return state.list.marks.size > 1 ? askToCheck(state) : checkSelected(state, now);
		case 'check-all':
			return askToCheck({...state, list: {...state.list, marks: new Set()}}, state);
		case 'forget':
			return askToForget(state);
		case 'undo':
			return step(state, {type: 'bring-back'});
		case 'export':
			return askToExport(state);
		case 'sample':
			return step(state, {type: 'add-sample'});
		case 'mark':
			return mark(state);
		case 'sort': {
			const sort = nextSort(state.list.sort);
			const sorted = {...state, list: arrange(state.flock ?? [], {...state.list, sort})};
			return notify(sorted, `Sorted by ${sortWord[sort]}.`);
		}

		case 'handle': {
			const bot = selectedBot(state);
			return bot === undefined
				? step(state)
				: step({...state, overlay: {name: 'handle', bot: bot.name, text: bot.expectedHandle ?? ''}});
		}

		default:
			return move(state, command);
	}
}

/** Reads the file that was shown as lying outside the folder, and asks no more about it. */
function readLink(state: State): Step {
	const elsewhere = state.preview?.text?.elsewhere;
	return elsewhere === undefined
		? step(state)
		: step({...state, agreed: new Set(state.agreed).add(elsewhere), previewing: null});
}

/** Moves the selection. */
export function move(state: State, command: Command): Step {
	const page = Math.max(1, listRows(state) - 1);
	const by = {
		up: -1,
		down: 1,
		'page-up': -page,
		'page-down': page,
		first: -Infinity,
		last: Infinity,
	}[command as string];
	return step(by === undefined ? state : {...state, list: moved(state.list, by)});
}

/** The state with another filter. */
export function withFilter(state: State, filter: string): State {
	return {...state, list: arrange(state.flock ?? [], {...state.list, filter})};
}

/** Takes in what was read, forgotten or brought back. */
export function flockResult(state: State, action: Action, now: number): Step {
	switch (action.type) {
		case 'read':
			return taken(state, action, now);
		case 'read-failed':
			return step({...state, problem: action.problem});
		case 'poem':
			return step(
				state.previewing === action.bot ? {...state, preview: {bot: action.bot, text: action.text}} : state,
			);
		case 'forgot':
			return forgot(state, action);
		case 'brought-back': {
			const rest = {...state, forgotten: state.forgotten.slice(1)};
			return action.problem === null
				? notify(rest, `Brought back: ${namesOf(action.bots)}.`, 'good')
				: notify(rest, `${action.problem.sentence} ${action.problem.hint}`, 'bad');
		}

		default:
			return step(state);
	}
}

/** Bots in a sentence. */
export function namesOf(bots: readonly string[]): string {
	return bots.length > 3
		? `${bots.slice(0, 2).map(visible).join(', ')} and ${bots.length - 2} more`
		: bots.map(visible).join(', ');
}

function taken(state: State, {flock, folder, app, appProblem}: Action & {type: 'read'}, now: number): Step {
	const there = new Set(flock.map(bot => bot.name));
	const marks = new Set([...state.list.marks].filter(name => there.has(name)));
	const list =
		state.flock === null ? {...state.list, selected: walkPlace(flock) ?? state.list.selected} : state.list;
	const next: State = {
		...state,
		flock,
		folder,
		app,
		appProblem: appProblem ?? null,
		problem: null,
		readAt: now,
		widths: widthsOf(flock),
		list: arrange(flock, {...list, marks}),
		preview: state.preview !== null && there.has(state.preview.bot) ? state.preview : null,
		previewing: null,
	};
	const first = state.flock === null ? state.fixed.authorizeFirst : null;
	return first === null ? step(next) : authorize(next, first, null, now);
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

	return step({...state, list: moved({...state.list, marks}, 1)});
}

function checkSelected(state: State, now: number): Step {
	const bot = chosen(state)[0];
	if (bot === undefined) {
		return step(state);
	}

	return bot.key === null
		? notify(state, `${visible(bot.name)} has no key to check.`)
		: check(state, [bot.name], now);
}

/** Starts asking X about these bots. */
export function check(state: State, bots: readonly string[], now: number): Step {
	const attempt = state.attempts + 1;
	return step(
		{
			...state,
			attempts: attempt,
			overlay: {
				name: 'checking',
				attempt,
				bots,
				done: 0,
				bad: [],
				startedAt: now,
				waitingUntil: null,
				cancelled: false,
			},
		},
		{type: 'check', attempt, bots},
	);
}

function askToCheck(state: State, original: State = state): Step {
	const bots = (state.list.marks.size > 0 ? chosen(state) : (state.flock ?? []))
		.filter(bot => bot.key !== null)
		.map(bot => bot.name);
	return bots.length === 0
		? notify(original, 'There is no key to check.')
		: step({...original, overlay: {name: 'confirm', question: {about: 'check', bots}}});
}

function askToForget(state: State): Step {
	const bots = chosen(state).filter(bot => keysOf(bot).length > 0);
	return bots.length === 0
		? notify(state, 'There is no key to forget.')
		: step({...state, overlay: {name: 'forget', bots: bots.map(bot => bot.name), choice: 'cancel'}});
}

function forgot(state: State, {how, bots, shared, problem}: Action & {type: 'forgot'}): Step {
	const overlay = state.overlay?.name === 'revoking' ? null : state.overlay;
	const forgotten = how === 'forget' && bots.length > 0 ? [bots, ...state.forgotten] : state.forgotten;
	const marks = new Set([...state.list.marks].filter(name => !bots.includes(name)));
	const next = {...state, overlay, forgotten, list: {...state.list, marks}};
	const done = bots.length === 0 ? '' : forgotSentence(how, bots, shared);
	return problem === null
		? notify(next, done, 'good')
		: notify(next, `${done} ${problem.sentence} ${problem.hint}`.trim(), 'bad');
}

function forgotSentence(
	how: 'forget' | 'revoke',
	bots: readonly string[],
	shared: readonly string[],
): string {
	const backups = 'Backups still hold it: keymaker forget --purge takes it out there.';
	if (how === 'forget') {
		return `Forgot the ${bots.length === 1 ? `key of ${namesOf(bots)}` : count(bots.length, 'key')}; u brings back. ${backups}`;
	}

	return shared.length === 0
		? `Revoked at X and forgotten: ${namesOf(bots)}. ${backups}`
		: `Forgotten: ${namesOf(bots)}. X was not told, since ${namesOf(shared)} carries the same token. ${backups}`;
}
