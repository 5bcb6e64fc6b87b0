import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode} from 'uqr';
import {qrLines} from '../../source/desktop/qr.ts';

const link =
	'https://api.x.com/oauth/authorize?oauth_token=practice-0123456789abcdefgh&force_login=true&screen_name=harbour_poem';

/** Reads the drawing back: true for a dark module. Light ones are drawn, dark ones are blank. */
function modules(lines: string[], ascii: boolean): boolean[][] {
	if (ascii) {
		return lines.map(line => (line.match(/../g) ?? []).map(pair => pair === '  '));
	}

	const halves: Record<string, [boolean, boolean]> = {
		'█': [false, false],
		'▀': [false, true],
		'▄': [true, false],
		' ': [true, true],
	};
	const rows = lines.map(line => [...line].map(character => halves[character] ?? assert.fail(character)));
	return rows.flatMap(row => [row.map(([upper]) => upper), row.map(([, lower]) => lower)]);
}

for (const ascii of [false, true]) {
	test(`every module is drawn, with a light border (${ascii ? 'ASCII' : 'half blocks'})`, () => {
		const {data, size} = encode(link, {border: 0});
		const drawn = modules(qrLines(link, ascii), ascii);
		const light = (row: boolean[] | undefined) => row?.slice(0, size + 4).every(dark => !dark);
		for (const row of [0, 1, size + 2, size + 3]) {
			assert.ok(light(drawn[row]), `border row ${row}`);
		}

		for (const [index, row] of data.entries()) {
			assert.deepEqual(drawn[index + 2], [false, false, ...row, false, false]);
		}
	});
}

test('a link with a handle fits on a terminal of 80×24', () => {
	const lines = qrLines(link, false);
	assert.ok(lines.length <= 23);
	assert.ok(lines.every(line => line.length <= 80));
});

test('a text too long for a QR code gives no lines', () => {
	assert.deepEqual(qrLines('x'.repeat(5000), false), []);
});
