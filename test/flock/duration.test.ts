import assert from 'node:assert/strict';
import {test} from 'node:test';
import {briefAgo, duration, moment, timeLeft, withTimeLeft} from '../../source/flock/duration.ts';

/** A moment of this computer's time zone. */
const at = (...parts: [number, number, number, number, number, number?]) => new Date(...parts).getTime();

for (const [title, then, now, expected] of [
	['later today', at(2026, 10, 5, 14, 32), at(2026, 10, 5, 14, 17), 'at 14:32'],
	['early in the morning', at(2026, 10, 5, 9, 5, 59), at(2026, 10, 5, 0, 0), 'at 09:05'],
	['after midnight', at(2026, 10, 6, 0, 5), at(2026, 10, 5, 23, 55), 'tomorrow at 00:05'],
	['in 22 hours', at(2026, 10, 6, 12, 30), at(2026, 10, 5, 14, 30), 'tomorrow at 12:30'],
	['on the first of the next year', at(2027, 0, 1, 1, 0), at(2026, 11, 31, 23, 0), 'tomorrow at 01:00'],
	['the day after tomorrow', at(2026, 10, 7, 0, 10), at(2026, 10, 5, 23, 30), 'on 2026-11-07 at 00:10'],
] as const) {
	test(`a moment ${title} is “${expected}”`, () => {
		assert.equal(moment(then, now), expected);
	});
}

for (const [seconds, expected] of [
	[900, '15:00 left'],
	[899.001, '14:59 left'],
	[900.999, '15:00 left'],
	[61, '1:01 left'],
	[5, '0:05 left'],
	[0, '0:00 left'],
	[-3, '0:00 left'],
	[3600, '1:00:00 left'],
	[79_199, '21:59:59 left'],
] as const) {
	test(`${seconds} s are “${expected}”`, () => {
		assert.equal(timeLeft(1_000_000 + seconds * 1000, 1_000_000), expected);
	});
}

test('what is left stands before the full stop of a sentence that names the moment, and nowhere else', () => {
	assert.equal(
		withTimeLeft('X’s rate limit is reached. Try again at 14:32.', 899_000, 0),
		'X’s rate limit is reached. Try again at 14:32 (14:59 left).',
	);
	assert.equal(withTimeLeft('X is having problems.', null, 0), 'X is having problems.');
});

test('a length of time is told by its two largest units', () => {
	assert.deepEqual([0.4, 61, 3600, 25 * 3600].map(duration), [
		'1 second',
		'1 minute 1 second',
		'1 hour',
		'1 day 1 hour',
	]);
});

test('how long ago a check was is told briefly, by its largest unit', () => {
	const now = Date.parse('2026-11-28T12:00:00Z');
	const minutesAgo = (minutes: number) => briefAgo(new Date(now - minutes * 60_000).toISOString(), now);
	assert.deepEqual(
		[-5, 1, 2, 59, 60, 23 * 60, 24 * 60, 59 * 1440, 60 * 1440, 700 * 1440, 731 * 1440].map(minutesAgo),
		['now', 'now', '2m', '59m', '1h', '23h', '1d', '59d', '2mo', '23mo', '2y'],
	);
});
