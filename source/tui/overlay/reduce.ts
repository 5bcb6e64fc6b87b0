import {revealUnsaved} from '../authorize/reduce.ts';
import {newLink} from '../authorize/reduce-pin.ts';
import {count, erased} from '../draw/text.ts';
import {exportAgain, exportAnyway, exportCommand, exportText} from '../export/reduce.ts';
import {check, move, namesOf, withFilter} from '../flock/reduce.ts';
import {helpHeight, helpRows} from '../layout.ts';
import type {Action} from '../model/action.ts';
import type {Command} from '../model/binding.ts';
import type {ForgetChoice, Overlay, Question, State} from '../model/state.ts';
import {notify, type Step, step} from '../model/step.ts';

const choices: readonly ForgetChoice[] = ['forget', 'revoke', 'cancel'];

/** Carries out a command while an overlay takes the keys. */
export function overlayCommand(state: State, overlay: Overlay, command: Command, now: number): Step {
	const closed = {...state, overlay: null};
	if (command === 'no' && overlay.name === 'confirm' && overlay.question.about === 'overwrite') {
		return exportAgain(state, overlay.question.draft);
	}

	if (command === 'close' || command === 'no') {
		return step(closed);
	}

	switch (overlay.name) {
		case 'filter':
			return filterCommand(state, command);
		case 'handle':
			return command === 'accept'
				? step(closed, {type: 'expect-handle', bot: overlay.bot, handle: overlay.text})
				: typed(state, command, text => ({...overlay, text: text(overlay.text)}));
		case 'help':
			return step({...state, overlay: {...overlay, top: scrolledHelp(state, overlay.top, command)}});
		case 'confirm':
			return command === 'yes' ? confirmed(closed, overlay.question, now) : step(state);
		case 'forget':
			return command === 'accept'
				? forgetAs(closed, overlay.bots, overlay.choice, now)
				: step({...state, overlay: {...overlay, choice: nextChoice(overlay.choice, command)}});
		case 'export':
			return exportCommand(state, overlay, command);
		case 'checking':
			return command === 'cancel-check'
				? step({...state, overlay: {...overlay, cancelled: true}}, {type: 'leave', attempt: overlay.attempt})
				: step(state);
		default:
			return step(state);
	}
}

/** Takes what was typed or pasted into an overlay's field. */
export function overlayText(state: State, overlay: Overlay, text: string): Step {
	const clean = text.replace(/[\r\n]+/g, ' ').replace(/ +$/, '');
	if (overlay.name === 'filter') {
		return step(withFilter(state, state.list.filter + (text === ' ' ? ' ' : clean)));
	}

	if (overlay.name === 'export') {
		return exportText(state, overlay, text === ' ' ? ' ' : clean);
	}

	return overlay.name === 'handle'
		? step({...state, overlay: {...overlay, text: overlay.text + clean}})
		: step(state);
}

/** Takes in what X says during a check. */
export function checkResult(state: State, action: Action): Step {
	const {overlay} = state;
	if (overlay?.name !== 'checking' || !('attempt' in action) || action.attempt !== overlay.attempt) {
		return step(state);
	}

	switch (action.type) {
		case 'checked': {
			const {bot, problem} = action;
			const bad = problem === null ? overlay.bad : [...overlay.bad, {bot, problem}];
			return step({...state, overlay: {...overlay, done: overlay.done + 1, bad, waitingUntil: null}});
		}

		case 'check-pause':
			return step({...state, overlay: {...overlay, waitingUntil: action.until}});
		case 'check-over': {
			const {sentence, tone} = verdict(overlay);
			return notify({...state, overlay: null}, sentence, tone);
		}

		default:
			return step(state);
	}
}

function verdict({bots, done, bad, cancelled}: Overlay & {name: 'checking'}) {
	const first = bad[0];
	const stopped = cancelled ? 'Stopped; what was learnt is kept. ' : '';
	const unasked = cancelled || done === bots.length ? '' : ` ${bots.length - done} not asked.`;
	if (first === undefined) {
		const all =
			bots.length === 1
				? `X takes the key of ${namesOf(bots)}.`
				: `${count(done, 'key')} checked, all taken by X.`;
		return cancelled
			? {sentence: `${stopped}${done} of ${bots.length} checked.`, tone: 'plain' as const}
			: {sentence: all, tone: 'good' as const};
	}

	return bots.length === 1
		? {sentence: `${first.problem.sentence} ${first.problem.hint}`, tone: 'bad' as const}
		: {
				sentence: `${stopped}${done} checked, ${bad.length} not ready: ${namesOf(bad.map(({bot}) => bot))}.${unasked} ${first.problem.sentence}`,
				tone: 'bad' as const,
			};
}

function filterCommand(state: State, command: Command): Step {
	switch (command) {
		case 'accept':
			return step({...state, overlay: null});
		case 'clear-filter':
			return step({...withFilter(state, ''), overlay: null});
		case 'erase':
			return step(withFilter(state, erased(state.list.filter)));
		case 'clear-field':
			return step(withFilter(state, ''));
		default:
			return move(state, command);
	}
}

function typed(state: State, command: Command, change: (text: (before: string) => string) => Overlay): Step {
	switch (command) {
		case 'erase':
			return step({...state, overlay: change(erased)});
		case 'clear-field':
			return step({...state, overlay: change(() => '')});
		default:
			return step(state);
	}
}

function confirmed(state: State, question: Question, now: number): Step {
	switch (question.about) {
		case 'check':
			return check(state, question.bots, now);
		case 'new-link':
			return newLink(state, now);
		case 'overwrite':
			return exportAnyway(state, question.draft);
		case 'reveal':
			return revealUnsaved(state);
		case 'quit':
			return step(state, {type: 'end', exit: {kind: 'ended', exitCode: question.exitCode}});
	}
}

function forgetAs(state: State, bots: readonly string[], choice: ForgetChoice, now: number): Step {
	switch (choice) {
		case 'cancel':
			return step(state);
		case 'forget':
			return step(state, {type: 'forget', bots});
		case 'revoke':
			return step({...state, overlay: {name: 'revoking', bots, startedAt: now}}, {type: 'revoke', bots});
	}
}

function nextChoice(choice: ForgetChoice, command: Command): ForgetChoice {
	const by = command === 'up' ? -1 : command === 'down' ? 1 : 0;
	return choices[(choices.indexOf(choice) + by + choices.length) % choices.length] ?? choice;
}

function scrolledHelp(state: State, top: number, command: Command): number {
	const height = helpHeight(state);
	const by = {up: -1, down: 1, 'page-up': -height, 'page-down': height, first: -Infinity, last: Infinity}[
		command as string
	];
	return Math.max(0, Math.min(helpRows(state).length - height, top + (by ?? 0)));
}
