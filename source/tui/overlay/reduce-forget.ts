import {keysOf} from '../../flock/key.ts';
import type {Action} from '../model/action.ts';
import type {Command} from '../model/binding.ts';
import {chosen} from '../model/list.ts';
import type {ForgetChoice, Overlay, State} from '../model/state.ts';
import {notify, type Step, step} from '../model/step.ts';
import {count, namesOf} from '../model/text.ts';

/** The dialog's choices, in order. */
export const forgetChoices: readonly ForgetChoice[] = ['forget', 'revoke', 'cancel'];

/** Asks how to remove the keys of the marked bots, else of the selected one. */
export function askToForget(state: State): Step {
	const bots = chosen(state).filter(bot => keysOf(bot).length > 0);
	return bots.length === 0
		? notify(state, 'No key to forget.')
		: step({...state, overlay: {name: 'forget', bots: bots.map(bot => bot.name), choice: 'cancel'}});
}

/** Carries out a command of the dialog. */
export function forgetCommand(
	state: State,
	overlay: Overlay & {name: 'forget'},
	command: Command,
	now: number,
): Step {
	return command === 'accept'
		? forgetAs({...state, overlay: null}, overlay.bots, overlay.choice, now)
		: step({...state, overlay: {...overlay, choice: nextChoice(overlay.choice, command)}});
}

/** Handles what was forgotten or revoked. */
export function forgot(state: State, {how, bots, shared, problem}: Action & {type: 'forgot'}): Step {
	const forgotten = how === 'forget' && bots.length > 0 ? [bots, ...state.forgotten] : state.forgotten;
	const marks = new Set([...state.list.marks].filter(name => !bots.includes(name)));
	const revoking = how === 'revoke' ? null : state.revoking;
	const next = {...state, revoking, forgotten, list: {...state.list, marks}};
	const done = bots.length === 0 ? '' : forgotSentence(how, bots, shared);
	return problem === null
		? notify(next, done, 'good')
		: notify(next, `${done} ${problem.sentence} ${problem.hint}`.trim(), 'bad');
}

/** Handles X's answer about a key being revoked: its row shows it immediately. */
export function revoked(state: State, {bot, problem}: Action & {type: 'revoked'}, now: number): State {
	const {revoking} = state;
	return revoking === null
		? state
		: {
				...state,
				revoking: {...revoking, results: new Map(revoking.results).set(bot, problem), startedAt: now},
			};
}

/** Handles what was restored. */
export function broughtBack(state: State, {bots, problem}: Action & {type: 'brought-back'}): Step {
	const rest = {...state, forgotten: state.forgotten.slice(1)};
	return problem === null
		? notify(
				rest,
				`Undone: ${namesOf(bots)} ${bots.length === 1 ? 'has its key' : 'have their keys'} back.`,
				'good',
			)
		: notify(rest, `${problem.sentence} ${problem.hint}`, 'bad');
}

function forgetAs(state: State, bots: readonly string[], choice: ForgetChoice, now: number): Step {
	switch (choice) {
		case 'cancel':
			return step(state);
		case 'forget':
			return step(state, {type: 'forget', bots});
		case 'revoke':
			return state.revoking === null
				? step({...state, revoking: {bots, results: new Map(), startedAt: now}}, {type: 'revoke', bots})
				: notify(state, 'Other keys are being revoked. Try again when X has answered.');
	}
}

function nextChoice(choice: ForgetChoice, command: Command): ForgetChoice {
	const by = command === 'up' ? -1 : command === 'down' ? 1 : 0;
	return (
		forgetChoices[(forgetChoices.indexOf(choice) + by + forgetChoices.length) % forgetChoices.length] ??
		choice
	);
}

function forgotSentence(
	how: 'forget' | 'revoke',
	bots: readonly string[],
	shared: readonly string[],
): string {
	const backups = '(Backups keep it; keymaker forget --purge removes it.)';
	if (how === 'forget') {
		return `Forgot ${bots.length === 1 ? `${namesOf(bots)}’s key` : count(bots.length, 'key')}. u undoes. ${backups}`;
	}

	return shared.length === 0
		? `Revoked at X and forgotten: ${namesOf(bots)}. ${backups}`
		: `Forgotten: ${namesOf(bots)}. Not revoked at X, because ${namesOf(shared)} uses the same token. ${backups}`;
}
