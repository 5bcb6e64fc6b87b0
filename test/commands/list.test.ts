import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {list} from '../../source/commands/list.ts';
import {drawsColour} from '../../source/flock/glyph.ts';
import {assertHarmless} from '../helpers/secrets.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {collect} from '../helpers/write.ts';

const hostile = 'moth\u001b]0;owned\u0007\u202Edrib';

let flock: TestServices;

before(async () => {
	flock = await testServices({poems: ['harbour', 'kettle', 'lamplight', 'moor', 'snow', hostile]});
	await flock.authorize('harbour', 'harbour_poem');
	const held = await flock.authorize('lamplight', 'lamplight_p');
	await flock.change('lamplight', {key: null, held: [{key: held, reason: 'other-handle'}]});
	await flock.change('kettle', {expectedHandle: 'kettle_poem'});
	await flock.change('moor', {key: held, held: [{key: held, reason: 'late'}], expectedHandle: 'moor_poem'});
	const again = {...held, handle: 'later_one', accessToken: 'not-a-real-token'};
	await flock.change('snow', {
		held: [
			{key: held, reason: 'late'},
			{key: again, reason: 'late'},
		],
	});
	await flock.change('gone', {key: await flock.authorize('gone', 'gone_poem')});
});

after(() => flock.close());

test('list --json gives each bot with the fields of the contract, and null for what is not known', async () => {
	const {write, out, err} = collect();
	assert.equal(await list({json: true}, flock.services, write), 0);
	const bots = JSON.parse(out.join('\n'));
	const harbour = (await flock.services.keystore.get('harbour'))?.key;
	assert.deepEqual(
		bots.find((bot: {bot: string}) => bot.bot === 'harbour'),
		{
			bot: 'harbour',
			poem: path.join('poems', 'harbour.txt'),
			status: 'ready',
			handle: 'harbour_poem',
			expectedHandle: null,
			heldHandle: null,
			heldHandles: [],
			waitingHandle: null,
			userId: harbour?.userId,
			accessLevel: 'read-write',
			authorizedAt: harbour?.authorizedAt,
			checkedAt: null,
		},
	);
	const some = (name: string) => {
		const {poem, status, handle, expectedHandle, heldHandle} = bots.find(
			(bot: {bot: string}) => bot.bot === name,
		);
		return {poem, status, handle, expectedHandle, heldHandle};
	};
	assert.deepEqual(some('kettle'), {
		poem: path.join('poems', 'kettle.txt'),
		status: 'no-key',
		handle: null,
		expectedHandle: 'kettle_poem',
		heldHandle: null,
	});
	assert.deepEqual(some('lamplight'), {
		poem: path.join('poems', 'lamplight.txt'),
		status: 'held',
		handle: null,
		expectedHandle: null,
		heldHandle: 'lamplight_p',
	});
	assert.deepEqual(some('gone'), {
		poem: null,
		status: 'orphan',
		handle: 'gone_poem',
		expectedHandle: null,
		heldHandle: null,
	});
	assert.deepEqual(err, []);
});

test('list --json names the accounts of all held keys, oldest first, and the first of them by itself', async () => {
	const {write, out} = collect();
	await list({json: true}, flock.services, write);
	const some = (name: string) => {
		const {status, handle, heldHandle, heldHandles} = JSON.parse(out.join('\n')).find(
			(bot: {bot: string}) => bot.bot === name,
		);
		return [status, handle, heldHandle, heldHandles];
	};
	assert.deepEqual(some('snow'), ['held', null, 'lamplight_p', ['lamplight_p', 'later_one']]);
	assert.deepEqual(some('moor'), ['ready', 'lamplight_p', 'lamplight_p', ['lamplight_p']]);
});

test('list --json reads back to the exact names, though no raw control character is printed', async () => {
	const {write, out} = collect();
	await list({json: true}, flock.services, write);
	await assertHarmless(out.join('\n'), flock.services.keystore);
	assert.ok(JSON.parse(out.join('\n')).some((bot: {bot: string}) => bot.bot === hostile));
});

test('list shows each bot in aligned columns, with its status in words and as a glyph', async () => {
	const {write, out} = collect({columns: 120});
	assert.equal(await list({json: false}, flock.services, write), 0);
	assert.deepEqual(
		out.filter(line => !line.includes('moth')).map(line => line.split(/ {2,}/)),
		[
			['† gone', '@gone_poem', 'orphan'],
			['● harbour', '@harbour_poem', 'ready'],
			['○ kettle', '(@kettle_poem)', 'no key'],
			['? lamplight', '@lamplight_p', 'held'],
			// Another account than the expected one, and a key that waits beside the one in force.
			['● moor', '@lamplight_p (@moor_poem)', 'ready, @lamplight_p to decide'],
			['? snow', '@lamplight_p and @later_one', 'held'],
		],
	);
	const handles = out.filter(line => line.includes('@')).map(line => line.search(/\(?@/));
	assert.equal(new Set(handles).size, 1);
});

test('list fits a narrow terminal, and shows hostile names harmlessly', async () => {
	const {write, out} = collect({columns: 32});
	await list({json: false}, flock.services, write);
	assert.ok(out.every(line => [...line].length <= 32));
	await assertHarmless(out.join('\n'), flock.services.keystore);
});

test('list says on standard error what it passed over in the folder', async () => {
	const other = await testServices({poems: ['ode']});
	try {
		await other.addPoem('ode.TXT');
		const {write, out, err} = collect();
		assert.equal(await list({json: false}, other.services, write), 0);
		assert.equal(out.length, 2);
		assert.match(err.join('\n'), /^ode\.TXT: .*already named ode/);
	} finally {
		await other.close();
	}
});

test('list explains a missing folder of poems, and exits with 1', async () => {
	const other = await testServices({poems: null});
	try {
		const {write, out, err} = collect();
		assert.equal(await list({json: true}, other.services, write), 1);
		assert.equal(out.join(''), '[]');
		assert.match(err.join('\n'), /No folder .*poems\. Create it with keymaker init/);
	} finally {
		await other.close();
	}
});

test('list explains an empty folder of poems, and exits with 0', async () => {
	const other = await testServices({poems: []});
	try {
		const {write, err} = collect();
		assert.equal(await list({json: false}, other.services, write), 0);
		assert.match(err.join('\n'), /has no poems yet/);
	} finally {
		await other.close();
	}
});

test('without UTF-8 the drawings of the list are ASCII, and names stay as they are', async () => {
	const {write, out} = collect({unicode: false});
	assert.equal(await list({json: false}, flock.services, write), 0);
	assert.match(out.join('\n'), /^\* harbour /m);
	assert.match(out.join('\n'), /^o kettle /m);
	assert.doesNotMatch(out.join('\n'), /[●○—]/);
});

test('where a person sees it, a list has headers, the time of the last check, and the counts', async () => {
	const key = (await flock.services.keystore.get('harbour'))?.key ?? assert.fail();
	await flock.change('harbour', {key: {...key, checkedAt: new Date().toISOString()}});
	const run = collect({seen: true, columns: 120});
	await list({json: false}, flock.services, run.write);
	assert.match(run.out[0] ?? '', /^ {2}BOT +ACCOUNT +STATUS +CHECKED$/);
	const column = run.out[0]?.indexOf('STATUS');
	const harbour = run.out.find(line => line.includes('@harbour_poem')) ?? '';
	assert.equal(harbour.indexOf('ready'), column);
	assert.match(harbour, / just now$/);
	assert.match(run.out.at(-1) ?? '', /^7 bots: \d ready, \d no key, \d decide, \d orphan$/);
	assert.doesNotMatch(run.all(), /\u001b/);
});

test('colours stand in a list where they may, change no column, and end on each line', async () => {
	const plain = collect({seen: true, columns: 120});
	const coloured = collect({seen: true, colour: true, columns: 120});
	await list({json: false}, flock.services, plain.write);
	await list({json: false}, flock.services, coloured.write);
	assert.match(coloured.out.join('\n'), /\u001b\[32m●\u001b\[39m harbour/);
	assert.deepEqual(
		coloured.out.map(line => line.replaceAll(/\u001b\[\d+m/g, '')),
		plain.out,
	);
});

test('colours follow NO_COLOR, FORCE_COLOR, TERM and what the text goes to', () => {
	assert.equal(drawsColour({}, true), true);
	assert.equal(drawsColour({}, false), false);
	assert.equal(drawsColour({TERM: 'dumb'}, true), false);
	assert.equal(drawsColour({NO_COLOR: '1', FORCE_COLOR: '1'}, true), false);
	assert.equal(drawsColour({FORCE_COLOR: '1'}, false), true);
	assert.equal(drawsColour({FORCE_COLOR: '0'}, true), false);
});
