import type {KeyInfo} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {accountOf} from '../../flock/words.ts';
import type {Action} from '../model/action.ts';
import type {AuthorizeScreen} from '../model/authorization.ts';
import type {Problem} from '../model/problem.ts';
import {type State, withoutSaved} from '../model/state.ts';
import {andThen, notify, type Step, step} from '../model/step.ts';
import {nextOnWalk, withResult} from '../model/walk.ts';
import {request, walkOn, withPhase} from './begin.ts';
import {calledBack, withPinInstead} from './reduce-callback.ts';
import {decided, decideFailed, heldWith, questionAbout} from './reduce-held.ts';

/** Handles the work's results. A result of another attempt is late. */
export function authorizeResult(state: State, action: Action, now: number): Step {
	const {screen} = state;
	const current =
		screen.name === 'authorize' && 'attempt' in action && screen.attempt === action.attempt ? screen : null;
	switch (action.type) {
		case 'link':
			return current === null
				? step(state, {type: 'drop-link', link: action.link})
				: linkArrived(state, current, action);
		case 'link-failed':
			return current === null || current.phase.name !== 'requesting'
				? step(state)
				: step(
						withPhase(
							state,
							{...current, lastProblem: action.problem},
							{
								name: 'failed',
								problem: action.problem,
								note: current.phase.note,
								label: current.phase.label,
							},
						),
					);
		case 'link-held': {
			const newest = action.held.at(-1);
			return current === null || newest === undefined
				? step(state)
				: step(withPhase(state, current, questionAbout(state, current.bot, action.held, newest.tokenId)), {
						type: 'read',
					});
		}

		case 'opened':
			return step(
				screen.name === 'authorize' ? {...state, screen: {...screen, opened: action.opened}} : state,
			);
		case 'called-back':
			return calledBack(state, action);
		case 'exchanged':
			return exchanged(state, current, action.outcome, now);
		case 'pin-failed':
			return current === null ? step(state) : pinFailed(state, current, action, now);
		case 'decided':
			return decided(state, current, action, now);
		case 'decide-failed':
			return decideFailed(state, current, action, now);
		default:
			return step(state);
	}
}

function linkArrived(
	before: State,
	screen: AuthorizeScreen,
	{link, pinInstead}: Action & {type: 'link'},
): Step {
	if (screen.phase.name !== 'requesting') {
		return step(before, {type: 'drop-link', link});
	}

	const {label, show} = screen.phase;
	const {state, note} = withPinInstead(before, pinInstead, screen.phase.note);
	const shown = withPhase(state, screen, {
		name: 'awaiting-pin',
		link,
		pin: '',
		letter: null,
		note,
		label,
		problem: null,
		called: null,
	});
	if (show !== 'open') {
		return step(show === 'qr' ? {...shown, overlay: {name: 'qr'}} : shown);
	}

	const {whyNotOpen, practice} = state.fixed;
	return whyNotOpen === null
		? step(shown, {type: 'open-link', url: link.url})
		: notify(
				shown,
				// Practice's page is only here: another computer or a phone cannot open it.
				practice && whyNotOpen.kind !== 'asked'
					? practiceSentence(link.url)
					: `${whyNotOpen.sentence} o open · c copy`,
			);
}

function practiceSentence(url: string): string {
	const port = URL.parse(url)?.port ?? '';
	return `Practice runs on this computer only. Over SSH: ssh -L ${port}:127.0.0.1:${port}`;
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
	if (alive && pin !== null) {
		return step(
			withPhase(state, screen, {
				name: 'awaiting-pin',
				link,
				pin,
				letter: null,
				note: null,
				label: null,
				problem,
				called: null,
			}),
		);
	}

	const note = `${problem.sentence} ${afterPin(problem)}Here is a new link; the old one no longer works.`;
	return request(state, {...screen, lastProblem: problem}, {note, label: problem.label, show: null}, now);
}

/** More to say about a failed PIN. If the next step is a new link, that is already there. */
function afterPin({code, uncertain, hint}: Problem): string {
	if (uncertain) {
		return 'X may or may not have accepted the PIN. ';
	}

	return code === 'x-pin-wrong' || code === 'x-link-stale' ? '' : `${hint} `;
}

function exchanged(
	state: State,
	screen: AuthorizeScreen | null,
	outcome: (Action & {type: 'exchanged'})['outcome'],
	now: number,
): Step {
	const {bot, tokenId, key} = outcome;
	const others = state.unsaved.filter(one => one.bot !== bot || one.tokenId !== tokenId);
	const unsaved =
		outcome.kind === 'unsaved'
			? [...others, {bot, tokenId, key, problem: outcome.problem, waits: outcome.waits}]
			: others;
	const known = {...state, unsaved};
	if (screen === null) {
		return andThen(step(withoutSaved(known, bot), {type: 'read'}), next =>
			notify(next, lateSentence(state, outcome), 'plain'),
		);
	}

	switch (outcome.kind) {
		case 'saved': {
			const walk = withResult(screen.walk, {bot, kind: 'made', problem: null});
			const done: AuthorizeScreen = {...screen, walk, lastProblem: null};
			const next = nextOnWalk({...known, screen: done});
			const saved =
				walk.walking && (next !== null || walk.results.length > 1)
					? walkOn(known, done, next, now, savedSentence(bot, key))
					: step(withPhase(known, done, {name: 'saved', key, kept: false}));
			return {...saved, effects: [{type: 'read'}, ...saved.effects]};
		}

		case 'held': {
			const held = heldWith(state, bot, {tokenId, key, reason: outcome.reason});
			// Enter answers this one; an enter that was meant for the screen before does not.
			const asked = outcome.reason === 'by-callback' ? {...known, handedInAt: now} : known;
			return step(withPhase(asked, screen, questionAbout(known, bot, held, tokenId)), {type: 'read'});
		}

		case 'unsaved': {
			const {problem} = outcome;
			return step(withPhase(known, screen, {name: 'unsaved', problem, saving: false, revealed: false}));
		}
	}
}

/** The message about a saved key, over the next bot of a walk. */
function savedSentence(bot: string, key: KeyInfo): AuthorizeScreen['said'] {
	const ready = `${visible(bot)} is ready and posts as ${accountOf(key)}.`;
	return key.accessLevel === 'read'
		? {text: `${ready} The key is read-only.`, tone: 'warn'}
		: {text: ready, tone: 'good'};
}

function lateSentence({screen}: State, outcome: (Action & {type: 'exchanged'})['outcome']): string {
	const {kind, bot, key} = outcome;
	const waits = outcome.kind === 'unsaved' && outcome.waits;
	const whose = `${accountOf(key)} for ${visible(bot)}`;
	if (kind === 'saved') {
		return `The key of ${whose} is saved.`;
	}

	if (kind === 'unsaved') {
		return waits
			? `A key of ${whose} waits on this computer until it can be saved.`
			: `A key of ${whose} could not be saved. Press enter on ${visible(bot)} to try again.`;
	}

	const came = `A key of ${whose} came after you left. It waits for your decision`;
	const isAsked = screen.name === 'authorize' && screen.bot === bot && screen.phase.name === 'conflict';
	return isAsked ? `${came} too.` : `${came}: press enter on ${visible(bot)}.`;
}
