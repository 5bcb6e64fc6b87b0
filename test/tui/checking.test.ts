import assert from 'node:assert/strict';
import {test} from 'node:test';
import {frameLines} from '../../source/tui/frame.ts';
import type {State} from '../../source/tui/model/state.ts';
import {flockScreen, mixedFlock, noon, play, problemCalled, textOf, viewWith} from './support.ts';

const minutes = 60_000;
const size = {columns: 100, rows: 30};

/** What the screen shows at a moment, as one text. */
function shown(state: State, now: number): string {
	return textOf(frameLines(state, viewWith({now}))).join('\n');
}

/** A moment on this computer's clock. */
const clock = (at: number) => new Date(at).toTimeString().slice(0, 5);

test('a limit that is waited for is told as one time, counted down, and nothing else counts', () => {
	for (const keys of [
		['*', 'C', 'y'],
		['down', 'C'],
	]) {
		const checking = play(flockScreen(mixedFlock, {size}), ...keys);
		const until = noon + 15 * minutes;
		const {state} = play(checking, {type: 'check-pause', attempt: checking.state.attempts, until});
		for (const [now, left] of [
			[noon, '15:00'],
			[noon + 1000, '14:59'],
			[noon + 14 * minutes + 55_000, '0:05'],
		] as const) {
			const text = shown(state, now);
			assert.ok(text.includes(`X’s rate limit: continues at ${clock(until)} (${left} left)`), text);
			assert.deepEqual(text.match(/\S+ left/g), [`(${left} left`], text);
			assert.doesNotMatch(text, /\d s\b|minute|second/);
		}
	}
});

test('once the wait is over, the check of one key counts the seconds of X’s answer from then', () => {
	const checking = play(flockScreen(mixedFlock, {size}), 'down', 'C');
	const until = noon + 15 * minutes;
	const {state} = play(checking, {type: 'check-pause', attempt: checking.state.attempts, until});
	const {deadlineSeconds} = state.fixed;
	assert.match(shown(state, until), new RegExp(` ${deadlineSeconds} s left`));
	assert.doesNotMatch(shown(state, until), /rate limit/);
});

test('a check that gave up says how many bots X was not asked about', () => {
	const checking = play(flockScreen(mixedFlock, {size}), '*', 'C', 'y');
	const attempt = checking.state.attempts;
	const problem = {
		...problemCalled('x-rate-limit', {
			sentence: 'The app has reached X’s limit for 24 hours. Try again at 12:00.',
		}),
		rejected: false,
	};
	const {state} = play(
		checking,
		{type: 'checked', attempt, bot: 'harbour', problem: null},
		{type: 'checked', attempt, bot: 'ferry', problem},
		{type: 'check-over', attempt, asked: 2},
	);
	assert.equal(
		state.notice?.text,
		'2 checked, 1 works, 1 not answered (ferry). 4 not asked. The app has reached X’s limit for 24 hours. Try again at 12:00.',
	);
});
