import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Action} from '../../source/tui/model/action.ts';
import {callbackPortOf} from '../../source/tui/model/state.ts';
import {advance} from '../../source/tui/store.ts';
import {
	attemptOf,
	botCalled,
	flockScreen,
	keyOf,
	linkOf,
	type Played,
	phaseOf,
	play,
	problemCalled,
} from './support.ts';

const flock = [botCalled('ferry'), botCalled('harbour'), botCalled('kettle')];
const calling = (id: string, bot: string) => ({
	...linkOf(bot, id),
	callback: 'http://127.0.0.1:8765/keymaker',
});
const answered = (linkId: string): Action => ({
	type: 'called-back',
	linkId,
	delivery: {kind: 'verifier', verifier: 'practiceVerifier'},
});

/** A walk that waits for the first link to call back. */
function waiting(): Played {
	const asked = play(flockScreen(flock, {callbackPort: 8765}), 'a');
	return play(asked, {type: 'link', attempt: attemptOf(asked), link: calling('one', 'ferry')});
}

test('a link is asked for with the port, and its answer goes on by itself, to the next bot and its browser', () => {
	const start = waiting();
	assert.deepEqual(
		start.effects.filter(({type}) => type === 'request-link'),
		[{type: 'request-link', bot: 'ferry', attempt: 1, callbackPort: 8765}],
	);
	const back = play(start, answered('one'));
	assert.equal(phaseOf(back).name, 'exchanging');
	const submitted = back.effects.at(-1);
	assert.ok(submitted?.type === 'submit-verifier');
	assert.equal(submitted.verifier, 'practiceVerifier');

	const saved = play(back, {
		type: 'exchanged',
		attempt: attemptOf(back),
		outcome: {kind: 'saved', bot: 'ferry', tokenId: 't', key: keyOf('ferry_poem')},
	});
	assert.ok(saved.state.screen.name === 'authorize');
	assert.equal(saved.state.screen.bot, 'harbour');
	const next = play(saved, {type: 'link', attempt: attemptOf(saved), link: calling('two', 'harbour')});
	assert.equal(next.effects.filter(({type}) => type === 'open-link').length, 2);
	// The first link is over, and so is any other.
	for (const id of ['one', 'three']) {
		assert.equal(phaseOf(play(next, answered(id))).name, 'awaiting-pin');
	}
});

test('an account that nobody expected is asked about, and enter keeps it; not an enter of before', () => {
	const back = play(waiting(), answered('one'));
	const asked = play(back, {
		type: 'exchanged',
		attempt: attemptOf(back),
		outcome: {
			kind: 'held',
			reason: 'by-callback',
			otherBot: null,
			bot: 'ferry',
			tokenId: 't',
			key: keyOf('mallory'),
		},
	});
	assert.equal(phaseOf(asked).name, 'conflict');
	const early = advance(asked.state, {type: 'key', key: 'enter'}, asked.state.handedInAt + 500);
	assert.deepEqual(early.effects, []);
	const kept = play(asked, 'enter');
	assert.deepEqual(
		kept.effects.filter(({type}) => type === 'decide'),
		[{type: 'decide', attempt: attemptOf(kept), bot: 'ferry', tokenId: 't', keep: true}],
	);
	const other = play(back, {
		type: 'exchanged',
		attempt: attemptOf(back),
		outcome: {
			kind: 'held',
			reason: 'other-handle',
			otherBot: null,
			bot: 'ferry',
			tokenId: 't',
			key: keyOf('mallory'),
		},
	});
	assert.ok(play(other, 'enter').effects.every(({type}) => type !== 'decide'));
});

test('Cancel at X gets a new link, which is not opened by itself, and says so', () => {
	const denied = play(waiting(), {type: 'called-back', linkId: 'one', delivery: {kind: 'denied'}});
	const phase = phaseOf(denied);
	assert.ok(phase.name === 'requesting');
	assert.equal(phase.note, 'You did not authorize ferry, so no key was made. Here is a new link.');
	assert.equal(phase.show, null);
});

test('an answer waits while something lies over the screen: what is typed there goes to no question', () => {
	const typing = play(waiting(), 'e', {type: 'timer', timer: {for: 'letter', attempt: 1}});
	assert.equal(typing.state.overlay?.name, 'handle');
	const back = play(typing, answered('one'));
	assert.equal(phaseOf(back).name, 'awaiting-pin');
	assert.equal(phaseOf(play(back, 'k', 'd')).name, 'awaiting-pin');
	const closed = play(back, 'escape');
	assert.equal(phaseOf(closed).name, 'exchanging');
	assert.equal(closed.effects.at(-1)?.type, 'submit-verifier');
});

test('an exchange that fails gets a new link, though a PIN would have counted again', () => {
	const back = play(waiting(), answered('one'));
	const failed = play(back, {
		type: 'pin-failed',
		attempt: attemptOf(back),
		problem: problemCalled('x-network', {sentence: 'X cannot be reached.'}),
		alive: false,
	});
	const phase = phaseOf(failed);
	assert.ok(phase.name === 'requesting');
	assert.match(phase.note ?? '', /X cannot be reached\./);
});

for (const [code, next] of [
	['x-callback', undefined],
	['callback-port', 8765],
	['callback-ssh', 8765],
] as const) {
	test(`after ${code} it goes on with the PIN, and says so once`, () => {
		const asked = play(flockScreen(flock, {callbackPort: 8765}), 'a');
		const pinInstead = problemCalled(code, {sentence: 'No callback here.', hint: 'Mend it.'});
		const first = play(asked, {
			type: 'link',
			attempt: attemptOf(asked),
			link: linkOf('ferry', 'one'),
			pinInstead,
		});
		const phase = phaseOf(first);
		assert.ok(phase.name === 'awaiting-pin');
		assert.equal(phase.note, 'No callback here. This link shows a PIN. Mend it.');
		const skipped = play(first, 's', {type: 'timer', timer: {for: 'letter', attempt: attemptOf(first)}});
		const request = skipped.effects.at(-1);
		assert.ok(request?.type === 'request-link');
		assert.equal(request.callbackPort, next);
		const second = play(skipped, {
			type: 'link',
			attempt: attemptOf(skipped),
			link: linkOf('harbour', 'two'),
			...(next === undefined ? {} : {pinInstead}),
		});
		const after = phaseOf(second);
		assert.ok(after.name === 'awaiting-pin');
		assert.equal(after.note, null);
	});
}

test('a phone gets a new link with a PIN before its code is shown', () => {
	const start = waiting();
	const asked = play(start, 'Q', {type: 'timer', timer: {for: 'letter', attempt: attemptOf(start)}});
	const request = asked.effects.at(-1);
	assert.ok(request?.type === 'request-link');
	assert.equal(request.callbackPort, undefined);
	assert.equal(asked.state.overlay, null);
	const shown = play(asked, {type: 'link', attempt: attemptOf(asked), link: linkOf('ferry', 'two')});
	assert.equal(shown.state.overlay?.name, 'qr');
	assert.equal(shown.effects.filter(({type}) => type === 'open-link').length, 1);
});

test('the PIN field takes the address that a browser elsewhere shows', () => {
	const pasted = play(waiting(), {
		type: 'paste',
		text: 'http://127.0.0.1:8765/keymaker?oauth_token=one&oauth_verifier=practiceVerifier\n',
	});
	assert.equal(pasted.effects.at(-1)?.type, 'submit-pin');
});

test('the port is the person’s, else the app’s; in practice any, where a browser opens by itself', () => {
	const {state} = waiting();
	const portFor = (fixed: Partial<typeof state.fixed>, app = state.app) =>
		callbackPortOf({...state, app, fixed: {...state.fixed, ...fixed}});
	const saved = {consumerKey: 'not-a-real-key', from: 'setup' as const, callbackPort: 8000};
	const whyNotOpen = {kind: 'no-display' as const, sentence: 'There is no display here.'};
	assert.equal(portFor({callbackPort: 8765}, saved), 8765);
	assert.equal(portFor({callbackPort: null}, saved), 8000);
	assert.equal(portFor({callbackPort: 'never'}, saved), null);
	assert.equal(portFor({callbackPort: null}), 0);
	assert.equal(portFor({callbackPort: null, whyNotOpen}), null);
	assert.equal(portFor({callbackPort: null, practice: false}), null);
	assert.equal(callbackPortOf({...state, callback: 'refused'}), null);
});

test('setup offers 8765, tries it, and keeps its place where X does not allow the address', () => {
	const setup = play(flockScreen(flock, {app: null}), 'enter', 't', {
		type: 'paste',
		text: 'not-a-real-key\nnot-a-real-secret',
	});
	const tried = play(setup, 'enter');
	const effect = tried.effects.at(-1);
	assert.ok(effect?.type === 'try-app');
	assert.equal(effect.callback, '8765');
	const refused = play(tried, {
		type: 'app-refused',
		attempt: attemptOf(tried),
		problem: problemCalled('x-callback', {field: 'callback'}),
	});
	assert.ok(refused.state.screen.name === 'setup');
	assert.equal(refused.state.screen.field, 'callback');
	const emptied = play(refused, 'end', 'ctrl+u', 'enter').effects.at(-1);
	assert.ok(emptied?.type === 'try-app');
	assert.equal(emptied.callback, '');
	const ring = play(refused, 'tab').state.screen;
	assert.equal(ring.name === 'setup' && ring.field, 'consumerKey');
	const back = play(refused, 'up').state.screen;
	assert.equal(back.name === 'setup' && back.field, 'consumerSecret');
});
