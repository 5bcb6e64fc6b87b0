import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {withoutNetwork} from '../helpers/environment.ts';
import {type Workplace, workplace} from '../helpers/program.ts';

let place: Workplace;
before(async () => {
	place = await workplace(['harbour']);
});
after(() => place.close());

for (const {spec, words} of [
	{spec: 'request_tokn:hang', words: /there is no call “request_tokn”\. Did you mean “request_token”\?/},
	{spec: 'request_token:hng:1', words: /there is no fault “hng”\. Did you mean “hang”\?/},
	{spec: 'request_token:401-23', words: /there is no fault “401-23”\. Did you mean “401-32”\?/},
	{
		spec: 'users_me:unconfirmed',
		words: /unconfirmed cannot happen at users_me\.[\s\S]*Choose from request_token\./,
	},
	{spec: 'users_me:hang:0', words: /TIMES must be a number, 1 or more/},
	{spec: 'any:reset,users_me:fourhundred', words: /there is no fault “fourhundred”/},
	{spec: 'hang\u001B[2J', words: /there is no call “hang/},
]) {
	test(`KEYMAKER_PRACTICE_FAULT=${JSON.stringify(spec)} is wrong usage, and the nearest name is told`, async () => {
		const {code, out, err} = await place.run(['list'], '', {KEYMAKER_PRACTICE_FAULT: spec});
		assert.equal(code, 2);
		assert.equal(out, '');
		assert.match(err, words);
		assert.match(err, /Write LEG:KIND or LEG:KIND:TIMES/);
		assert.doesNotMatch(err, /\u001B/);
	});
}

test('without practice KEYMAKER_PRACTICE_FAULT is nothing', async () => {
	const {code} = await place.run(['list'], '', {
		...withoutNetwork(),
		KEYMAKER_PRACTICE: undefined,
		KEYMAKER_PRACTICE_FAULT: 'nonsense',
	});
	assert.equal(code, 0);
});
