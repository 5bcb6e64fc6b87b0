import {visible} from '../flock/visible.ts';
import type {Action} from './action.ts';
import {goOn, otherBotOf, request, toFlock, withPhase} from './begin-authorize.ts';
import {nextOnWalk} from './keymap.ts';
import {type AuthorizeScreen, botOf, type Phase, type Problem, type State} from './state.ts';
import {notify, type Step, step, then} from './step.ts';
import {withResult} from './walk.ts';

/** Takes in what came of the work; a result of another attempt is late. */
export function authorizeResult(state: State, action: Action, now: number): Step {
	const {screen} = state;
	const current =
		screen.name === 'authorize' && 'attempt' in action && screen.attempt === action.attempt ? screen : null;
	switch (action.type) {
		case 'link':
			return current === null
				? step(state, {type: 'drop-link', link: action.link})
				: linkArrived(state, current, action.link);
		case 'link-failed':
			return current === null || current.phase.name !== 'requesting'
				? step(state)
				: step(
						withPhase(
							state,
							{...current, lastProblem: action.problem},
							{name: 'failed', problem: action.problem, note: current.phase.note},
						),
					);
		case 'link-held': {
			const {key, reason} = action;
			return current === null
				? step(state)
				: step(
						withPhase(state, current, {
							name: 'conflict',
							key,
							reason,
							otherBot: otherBotOf(state, current.bot, key.userId),
							deciding: false,
						}),
					);
		}

		case 'exchanged':
			return exchanged(state, current, action.outcome);
		case 'pin-failed':
			return current === null ? step(state) : pinFailed(state, current, action, now);
		case 'decided':
			return decided(state, current, action, now);
		case 'decide-failed':
			return current?.phase.name === 'conflict'
				? then(step(withPhase(state, current, {...current.phase, deciding: false})), next =>
						notify(next, `${action.problem.sentence} ${action.problem.hint}`, 'bad'),
					)
				: step(state);
		default:
			return step(state);
	}
}

function linkArrived(state: State, screen: AuthorizeScreen, link: (Action & {type: 'link'})['link']): Step {
	if (screen.phase.name !== 'requesting') {
		return step(state, {type: 'drop-link', link});
	}

	const {note, open} = screen.phase;
	const shown = withPhase(state, screen, {
		name: 'awaiting-pin',
		link,
		pin: '',
		letter: null,
		note,
		problem: null,
	});
	if (!open) {
		return step(shown);
	}

	return state.fixed.whyNotOpen === null
		? step(shown, {type: 'open', url: link.url})
		: notify(shown, `${state.fixed.whyNotOpen} Copy the link with c, or open it with o.`);
}

function pinFailed(
	state: State,
	screen: AuthorizeScreen,
	{problem, alive}: {problem: Problem; alive: boolean},
	now: number,
): Step {
	if (screen.phase.name !== 'exchanging') {
		return step(state);
	}

	const {link, pin} = screen.phase;
	if (alive) {
		return step(
			withPhase(state, screen, {name: 'awaiting-pin', link, pin, letter: null, note: null, problem}),
		);
	}

	const known = problem.uncertain ? ' It is not known whether X took the PIN.' : '';
	const note = `${problem.sentence}${known} The earlier link and its PIN are void; this is a new link.`;
	return request(state, {...screen, lastProblem: problem}, {note, open: false}, now);
}

function exchanged(
	state: State,
	screen: AuthorizeScreen | null,
	outcome: (Action & {type: 'exchanged'})['outcome'],
): Step {
	const {bot, key} = outcome;
	const others = state.unsaved.filter(one => one.bot !== bot);
	const unsaved = outcome.kind === 'unsaved' ? [...others, {bot, key, problem: outcome.problem}] : others;
	const known = {...state, unsaved};
	if (screen === null) {
		return then(step(known, {type: 'read'}), next => notify(next, lateSentence(outcome), 'plain'));
	}

	switch (outcome.kind) {
		case 'saved': {
			const walk = withResult(screen.walk, {bot, kind: 'made', problem: null});
			const phase: Phase = {name: 'saved', key, kept: false};
			return step(withPhase(known, {...screen, walk, lastProblem: null}, phase), {type: 'read'});
		}

		case 'held': {
			const {reason, otherBot} = outcome;
			return step(withPhase(known, screen, {name: 'conflict', key, reason, otherBot, deciding: false}), {
				type: 'read',
			});
		}

		case 'unsaved': {
			const {problem} = outcome;
			return step(withPhase(known, screen, {name: 'unsaved', key, problem, saving: false, revealed: false}));
		}
	}
}

function lateSentence({kind, bot, key}: (Action & {type: 'exchanged'})['outcome']): string {
	const whose = `@${visible(key.handle)} for ${visible(bot)}`;
	return kind === 'saved'
		? `The key of ${whose} is saved.`
		: kind === 'held'
			? `A key of ${whose} came after you had left. It is held: enter on ${visible(bot)} decides.`
			: `A key of ${whose} could not be saved: enter on ${visible(bot)} tries again.`;
}

function decided(
	state: State,
	screen: AuthorizeScreen | null,
	{kept, bot, key}: Action & {type: 'decided'},
	now: number,
): Step {
	const account = `@${visible(key.handle)}`;
	if (screen === null) {
		return notify(
			state,
			kept ? `${visible(bot)} now speaks as ${account}.` : `Discarded the key of ${account}.`,
		);
	}

	if (kept) {
		const walk = withResult(screen.walk, {bot, kind: 'made', problem: null});
		return step(withPhase(state, {...screen, walk}, {name: 'saved', key, kept: true}));
	}

	const walk = withResult(screen.walk, {bot, kind: 'skipped', problem: null});
	const done: AuthorizeScreen = {...screen, walk, phase: {name: 'saved', key, kept: false}};
	const gone = screen.walk.walking
		? goOn(state, done, nextOnWalk({...state, screen: done}), now)
		: step(toFlock(state));
	return then(gone, next => notify(next, `Discarded the key of ${account}. ${stands(state, bot)}`));
}

function stands(state: State, name: string): string {
	const key = botOf(state, name)?.key;
	return key == null
		? `${visible(name)} has no key.`
		: `${visible(name)} keeps its key of @${visible(key.handle)}.`;
}
