import assert from 'node:assert/strict';
import {Console} from 'node:console';
import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import {test} from 'node:test';
import {format, inspect} from 'node:util';
import {type Key, openKeystore} from '../../source/index.ts';
import {practiceAppKey} from '../../source/practice/provider.ts';
import {libraryPlace} from './place.ts';

/** Everything by which a program prints a value. */
const ways: Readonly<Record<string, (value: unknown) => string | Promise<string>>> = {
	inspect: value => inspect(value),
	'inspect, all of it': value => inspect(value, {showHidden: true, depth: null, customInspect: false}),
	'inspect, flat': value => inspect(value, {depth: 0}),
	'%s': value => format('%s', value),
	'%o': value => format('%o', value),
	'%O': value => format('%O', value),
	'console.log': value => printed(console => console.log(value)),
	'console.error': value => printed(console => console.error('a key:', value)),
	'console.dir': value => printed(console => console.dir(value, {depth: 9})),
	String: value => String(value),
};

async function printed(print: (console: Console) => void): Promise<string> {
	const stream = new PassThrough();
	print(new Console(stream, stream));
	stream.end();
	return await text(stream);
}

/** Where a key may be in what is printed. */
const places: Readonly<Record<string, (key: Key) => unknown>> = {
	itself: key => key,
	'in a list': key => [key, key],
	'in a field': key => ({key}),
	deep: key => ({bots: [{bot: {key}}]}),
	'in a Map': key => new Map([['harbour', key]]),
	'in a Set': key => new Set([key]),
	'as a cause': key => new Error('No line was posted.', {cause: key}),
	'on an error': key => Object.assign(new Error('No line was posted.'), {key}),
};

test('a key shows no secret however it is printed, and keeps them for everything else', async context => {
	const {authorize, options} = await libraryPlace(context, ['harbour']);
	const accessToken = await authorize('harbour', 'harbour_poem');
	const reader = openKeystore(options);
	const key = await reader.get('harbour');
	const {accessSecret} = key;
	assert.ok(accessSecret.length > 20);
	for (const [way, print] of Object.entries(ways)) {
		for (const [where, put] of Object.entries(places)) {
			const shown = await print(put(key));
			assert.notEqual(shown, '');
			for (const secret of [accessToken, accessSecret, practiceAppKey.consumerSecret]) {
				assert.equal(shown.includes(secret), false, `${way}, ${where}`);
			}
		}
	}

	assert.match(inspect(key), /harbour_poem/);
	const whole = {
		bot: 'harbour',
		...practiceAppKey,
		accessToken,
		accessSecret,
		userId: accessToken.split('-')[0],
		handle: 'harbour_poem',
		accessLevel: 'read-write',
	};
	const copies = [
		key,
		{...key},
		structuredClone(key),
		Object.assign({}, key),
		Object.fromEntries(Object.entries(key)),
	];
	for (const copy of [...copies, JSON.parse(JSON.stringify(key))]) {
		assert.deepStrictEqual(copy, whole);
	}

	assert.notDeepStrictEqual(key, {...whole, accessSecret: 'not-a-real-secret'});
	assert.doesNotMatch(
		inspect([reader, await reader.list()], {showHidden: true, depth: 9}),
		new RegExp(accessSecret),
	);
});
