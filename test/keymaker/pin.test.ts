import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {FlockError} from '../../source/flock/error.ts';
import {cleanPin} from '../../source/keymaker/pin.ts';
import {runs} from '../helpers/thorough.ts';

const token = 'practice-request-token';

function refusal(text: string): FlockError {
	try {
		cleanPin(text, token);
	} catch (error) {
		assert.ok(error instanceof FlockError);
		return error;
	}

	assert.fail(`${JSON.stringify(text)} was taken for a PIN`);
}

test('a PIN is sent as it is, leading zeros and any sensible length included', () => {
	for (const pin of ['0012345', '1234567', '12345', '123456789', '0000000']) {
		assert.equal(cleanPin(pin, token), pin);
	}
});

test('spaces, dashes, line ends, invisible and full-width characters are cleaned from a PIN', () => {
	const dirty = [
		' 1234567 ',
		'123 4567',
		'123-4567',
		'123–4567',
		'123—4567',
		'123−4567',
		'1234567\r\n',
		'\n1234567',
		'\u200b1234567\ufeff',
		'123\u00a04567',
		'123\u20094567',
		'\u202a1234567\u202c',
		'\uff11\uff12\uff13\uff14\uff15\uff16\uff17',
		'123\u00ad4567',
		'123\u30004567',
	];
	for (const text of dirty) {
		assert.equal(cleanPin(text, token), '1234567', JSON.stringify(text));
	}
});

test('an empty PIN is refused before X is asked', () => {
	for (const text of ['', '   ', '\n', '-', '\u200b']) {
		assert.equal(refusal(text).code, 'pin-empty', JSON.stringify(text));
	}
});

test('what is not a PIN is refused with a word about what it is', () => {
	assert.match(refusal('PIN').message, /the word/);
	assert.match(refusal('https://api.x.com/oauth/authorize?oauth_token=abc').message, /a link/);
	assert.match(refusal('12345678901234567').message, /too long/);
	assert.match(refusal('not-a-real-consumer-key').message, /only digits/);
	assert.match(refusal('1234567 or so').message, /only digits/);
	assert.match(refusal('No 1234567').message, /only digits/);
	assert.match(refusal('mypin').message, /only digits/);
	assert.match(refusal('Dear owner,\nthe PIN is 1234567.\nYours').message, /only digits/);
	for (const text of ['PIN', 'https://x.com', '12345678901234567', 'key']) {
		assert.equal(refusal(text).code, 'pin-not-a-pin');
	}
});

test('a refusal never repeats what was pasted', () => {
	const secret = 'not-a-real-secret-0987654321';
	const error = refusal(secret);
	assert.ok(!`${error.message} ${error.hint}`.includes(secret));
});

test('from a callback address of this link the verifier is taken', () => {
	assert.equal(
		cleanPin(`https://example.org/cb?oauth_token=${token}&oauth_verifier=0012345`, token),
		'0012345',
	);
	assert.equal(cleanPin(`  http://localhost/?oauth_verifier=1234567#_=_\n`, token), '1234567');
	assert.equal(cleanPin(`oauth_token=${token}&oauth_verifier=1234567`, token), '1234567');
});

test('from a callback address a verifier of letters and digits is taken as it is', () => {
	const verifier = 'uw7NjWHT6OJ1MpJOXsHfNxoAhPKpgI8BlYDhxEjIBY';
	for (const text of [
		`https://example.org/cb?oauth_token=${token}&oauth_verifier=${verifier}`,
		`\n http://127.0.0.1:8080/cb?oauth_verifier=${verifier}&oauth_token=${token}#_=_ \n`,
		`oauth_token=${token}&oauth_verifier=${verifier}`,
	]) {
		assert.equal(cleanPin(text, token), verifier);
	}

	assert.equal(
		cleanPin(`https://example.org/cb?oauth_token=${token}&oauth_verifier=0123456789012345678`, token),
		'0123456789012345678',
	);
});

test('letters are no PIN by themselves, nor with words behind an address', () => {
	assert.equal(refusal('uw7NjWHT6OJ1MpJOXsHf').code, 'pin-not-a-pin');
	assert.equal(
		refusal('https://example.org/cb?oauth_token=another&oauth_verifier=abc').code,
		'pin-of-another-link',
	);
	for (const verifier of ['abc, I think', 'abc\ndef', 'abc.', '<abc>']) {
		const error = refusal(`https://example.org/cb?oauth_token=${token}&oauth_verifier=${verifier}`);
		assert.equal(error.code, 'pin-not-a-pin');
		assert.match(error.message, /^That address is incomplete/);
	}
});

test('a callback address of another link is refused', () => {
	const error = refusal('https://example.org/cb?oauth_token=another&oauth_verifier=1234567');
	assert.equal(error.code, 'pin-of-another-link');
});

test('a callback address without a verifier in it is an empty PIN', () => {
	assert.equal(refusal(`https://example.org/cb?oauth_token=${token}&oauth_verifier=`).code, 'pin-empty');
	assert.equal(refusal('https://example.org/cb?my_oauth_verifier=1234567').code, 'pin-empty');
});

test('whatever is pasted becomes digits, a verifier out of an address, or a refusal, and nothing else', () => {
	const address = fc
		.string({unit: 'binary'})
		.map(verifier => `https://example.org/cb?oauth_token=${token}&oauth_verifier=${verifier}`);
	fc.assert(
		fc.property(fc.oneof(fc.string({unit: 'binary'}), address), text => {
			try {
				const wanted = text.includes('oauth_verifier=') ? /^[A-Za-z0-9]{1,200}$/ : /^\d{1,16}$/;
				assert.match(cleanPin(text, token), wanted);
			} catch (error) {
				assert.ok(error instanceof FlockError, String(error));
			}
		}),
		{numRuns: runs(2000)},
	);
});

test('a PIN survives any noise of spaces and invisible characters put between its digits', () => {
	const noise = fc.array(fc.constantFrom(' ', '-', '\u200b', '\u00a0', '\t', '\r\n', '\ufeff', '‐'), {
		maxLength: 3,
	});
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.integer({min: 0, max: 9}), noise), {minLength: 1, maxLength: 16}),
			parts => {
				const text = parts.map(([digit, between]) => `${digit}${between.join('')}`).join('');
				assert.equal(cleanPin(text, token), parts.map(([digit]) => digit).join(''));
			},
		),
		{numRuns: runs(1000)},
	);
});
