import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {decodeText} from '../../source/system/text.ts';

const little = (text: string) => Buffer.from(text, 'utf16le');
const big = (text: string) => little(text).swap16();

test('a text is read in whichever encoding it was written', () => {
	for (const [bytes, text, encoding] of [
		[Buffer.from('kéy'), 'kéy', 'UTF-8'],
		[Buffer.from('\ufeffkéy'), 'kéy', 'UTF-8'],
		[little('\ufeffkéy'), 'kéy', 'UTF-16'],
		[big('\ufeffkéy'), 'kéy', 'UTF-16'],
		[little('key'), 'key', 'UTF-16'],
		[big('key=句'), 'key=句', 'UTF-16'],
		[Buffer.from('kéy', 'latin1'), 'kéy', 'Windows-1252'],
		[Buffer.from(''), '', 'UTF-8'],
	] as const) {
		assert.deepEqual(decodeText(bytes), {text, encoding});
	}
});

test('what is no text is none, though it begins like one', () => {
	for (const bytes of [
		Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
		Buffer.from('one\0two'),
		Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]),
		Buffer.from('\ufeffkey', 'utf16le').subarray(0, 5),
		// UTF-32 begins like UTF-16.
		Buffer.from([0xff, 0xfe, 0, 0, 0x6b, 0, 0, 0]),
		Buffer.alloc(8),
	]) {
		assert.equal(decodeText(bytes), null, bytes.toString('hex'));
	}
});

test('a character that is cut through at the end of what was read is no fault', () => {
	for (const bytes of [Buffer.from('key 句'), little('\ufeffkey'), big('key')]) {
		const cut = bytes.subarray(0, -1);
		assert.ok(decodeText(cut, true)?.text.startsWith('ke'), cut.toString('hex'));
	}
});

test('every text of printable ASCII comes back from each encoding, with a byte order mark and without', () => {
	const printable = fc.string({
		unit: fc.integer({min: 0x20, max: 0x7e}).map(code => String.fromCharCode(code)),
	});
	fc.assert(
		fc.property(printable, text => {
			for (const bytes of [
				Buffer.from(text),
				little(text),
				big(text),
				little(`\ufeff${text}`),
				big(`\ufeff${text}`),
			]) {
				assert.equal(decodeText(bytes)?.text, text);
			}
		}),
	);
});
