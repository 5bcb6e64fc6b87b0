import assert from 'node:assert/strict';
import {PassThrough} from 'node:stream';
import {test} from 'node:test';
import fc from 'fast-check';
import {eachLine, longestLine} from '../../source/system/lines.ts';

/** What is handed over of these chunks. */
async function piecesOf(chunks: readonly Buffer[]): Promise<[text: string, goesOn: boolean][]> {
	const stream = new PassThrough();
	const pieces: [string, boolean][] = [];
	eachLine(stream, (text, goesOn) => pieces.push([text, goesOn]));
	for (const chunk of chunks) {
		stream.write(chunk);
	}

	await new Promise<void>(resolve => stream.once('end', () => setImmediate(resolve)).end());
	return pieces;
}

test('lines come whole, however they are cut into chunks and whatever ends them', async () => {
	const text = fc
		.array(fc.constantFrom('a', '俳', '👩‍👧', '\n', '\r', '\r\n', ' '))
		.map(parts => parts.join(''));
	await fc.assert(
		fc.asyncProperty(text, fc.array(fc.nat(30)), async (given, cuts) => {
			const bytes = Buffer.from(given);
			const places = [0, ...cuts.filter(cut => cut < bytes.length), bytes.length].sort((a, b) => a - b);
			const chunks = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
			const expected = given.split(/\r\n|\n|\r/);
			const lines = expected.at(-1) === '' ? expected.slice(0, -1) : expected;
			assert.deepEqual(
				await piecesOf(chunks),
				lines.map(line => [line, false]),
			);
		}),
	);
});

test('a line that is too long comes in pieces that are marked, none of them longer than the bound, and nothing is lost', async () => {
	const long = `${'👧'.repeat(longestLine)}x`;
	const pieces = await piecesOf([Buffer.from(`one\n${long}`), Buffer.from('y\ntwo\n')]);
	const [first, ...rest] = pieces;
	const last = rest.pop();
	assert.deepEqual(
		[first, last],
		[
			['one', false],
			['two', false],
		],
	);
	assert.equal(rest[0]?.[0].length, longestLine);
	assert.ok(rest.length > 2 && rest.every(([text]) => text.length <= longestLine && text.isWellFormed()));
	assert.equal(rest.map(([text]) => text).join(''), `${long}y`);
	assert.deepEqual(
		rest.map(([, goesOn]) => goesOn),
		rest.map((_, at) => at > 0),
	);
});
