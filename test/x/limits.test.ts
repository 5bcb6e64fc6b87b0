import assert from 'node:assert/strict';
import type {IncomingHttpHeaders} from 'node:http';
import {test} from 'node:test';
import fc from 'fast-check';
import {readLimit} from '../../source/x/limits.ts';

const now = Date.UTC(2026, 10, 5, 12, 0, 0);
const minute = 60_000;
const hour = 60 * minute;

/** The headers of one limit; `reset` in ms from now, or as it stands. */
const limit = (name: string, remaining: string, reset: number | string): IncomingHttpHeaders => ({
	[`${name}-remaining`]: remaining,
	[`${name}-reset`]: typeof reset === 'number' ? String((now + reset) / 1000) : reset,
});
const window = (remaining: string, reset: number | string) => limit('x-rate-limit', remaining, reset);
const account = (remaining: string, reset: number | string) => limit('x-user-limit-24hour', remaining, reset);
const app = (remaining: string, reset: number | string) => limit('x-app-limit-24hour', remaining, reset);
const dated = (off: number) => ({date: new Date(now + off).toUTCString()});

for (const [title, headers, expected, wait] of [
	['the window alone', window('0', 15 * minute), 'window', 15 * minute],
	[
		'the account’s day, while the window has calls left',
		{...window('74', 15 * minute), ...account('0', 22 * hour), ...app('9', 22 * hour)},
		'account-day',
		22 * hour,
	],
	['the app’s day', {...window('74', 15 * minute), ...app('0', 3 * hour)}, 'app-day', 3 * hour],
	[
		'two at once: the one that ends last',
		{...window('0', 15 * minute), ...account('0', 22 * hour)},
		'account-day',
		22 * hour,
	],
	[
		'two at once, the day ending first',
		{...window('0', 15 * minute), ...account('0', 5 * minute)},
		'window',
		15 * minute,
	],
	[
		'a day of which no end is known',
		{...window('74', 15 * minute), 'x-user-limit-24hour-remaining': '0'},
		'account-day',
		null,
	],
	['a day whose end is no number', {...window('0', 15 * minute), ...app('0', 'soon')}, 'app-day', null],
	['a day whose end has passed', {...window('74', 15 * minute), ...app('0', -hour)}, 'app-day', null],
	[
		'a day whose end is years ahead',
		{...window('74', 15 * minute), ...app('0', 90 * 24 * hour)},
		'app-day',
		null,
	],
	[
		'less than nothing remaining',
		{...window('74', 15 * minute), ...account('-1', hour)},
		'account-day',
		hour,
	],
	['nothing said', {}, 'window', null],
	[
		'a reset and no word of what remains',
		{'x-rate-limit-reset': String((now + 9 * minute) / 1000)},
		'window',
		9 * minute,
	],
	['a window with calls left', window('800', 9 * minute), 'window', 9 * minute],
	['a reset that came twice', window('0', `${now / 1000 + 60}, ${now / 1000 + 900}`), 'window', null],
	['a remaining that came twice', {...account('0, 5', hour), ...window('1', minute)}, 'window', minute],
	['a reset that is empty', window('0', ''), 'window', null],
	['a reset in the past', window('0', -minute), 'window', null],
	['a reset now', window('0', 0), 'window', null],
	['a reset in milliseconds', window('0', String(now + 15 * minute)), 'window', null],
	['a reset beyond a day', window('0', 26 * hour), 'window', null],
	['a reset as hexadecimal', window('0', `0x${(now / 1000 + 60).toString(16)}`), 'window', null],
	['a reset with an exponent', window('0', '1e10'), 'window', null],
	['retry-after in seconds', {'retry-after': '60'}, 'window', minute],
	['retry-after as a date', {'retry-after': new Date(now + hour).toUTCString()}, 'window', hour],
	['retry-after that is nothing', {'retry-after': 'soon'}, 'window', null],
	[
		'retry-after beside a window that has calls left',
		{...window('74', 15 * minute), 'retry-after': '5'},
		'window',
		5000,
	],
	['retry-after beside a day', {...account('0', 22 * hour), 'retry-after': '5'}, 'account-day', 22 * hour],
	[
		'a clock here that is two hours slow',
		{...window('0', 2 * hour + 15 * minute), ...dated(2 * hour)},
		'window',
		15 * minute,
	],
	[
		'a clock here that is two hours fast',
		{...window('0', -2 * hour + 15 * minute), ...dated(-2 * hour)},
		'window',
		15 * minute,
	],
	[
		'a clock that differs by the second that the header lacks',
		{...window('0', 15 * minute), ...dated(-999)},
		'window',
		15 * minute,
	],
	['a date that is none', {...window('0', 15 * minute), date: 'yesterday'}, 'window', 15 * minute],
	['a date of long ago', {...window('0', 15 * minute), date: new Date(0).toUTCString()}, 'window', null],
] as const) {
	test(`a 429 with ${title} is the ${expected}, and ${wait === null ? 'no time is known' : 'its time is known'}`, () => {
		assert.deepEqual(readLimit(headers as IncomingHttpHeaders, now), {
			limit: expected,
			retryAt: wait === null ? null : now + wait,
		});
	});
}

test('whatever the headers say, the time is none, or lies ahead within a day and an hour', () => {
	const value = fc.oneof(
		fc.integer().map(String),
		fc.integer({min: now / 1000 - 1e5, max: now / 1000 + 1e5}).map(String),
		fc.string(),
		fc.constantFrom('0', '-0', 'NaN', 'Infinity', '-1', '1, 2', ' 0 '),
	);
	const names = ['x-rate-limit', 'x-user-limit-24hour', 'x-app-limit-24hour'].flatMap(name => [
		`${name}-remaining`,
		`${name}-reset`,
	]);
	fc.assert(
		fc.property(fc.dictionary(fc.constantFrom(...names, 'retry-after', 'date'), value), headers => {
			const {retryAt} = readLimit(headers, now);
			assert.ok(retryAt === null || (retryAt > now && retryAt <= now + 25 * hour), String(retryAt));
		}),
	);
});
