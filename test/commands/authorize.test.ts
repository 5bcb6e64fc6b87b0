import assert from 'node:assert/strict';
import {afterEach, beforeEach, suite, test} from 'node:test';
import {type AuthorizeInput, authorize} from '../../source/commands/authorize.ts';
import {FlockError} from '../../source/flock/error.ts';
import {createKeymaker} from '../../source/keymaker/keymaker.ts';
import type {Services} from '../../source/services.ts';
import {answerTo, approve, approveBack, denyTo} from '../helpers/approve.ts';
import {freePort} from '../helpers/free-port.ts';
import {assertHarmless} from '../helpers/secrets.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {type Collected, collect} from '../helpers/write.ts';

const plain: AuthorizeInput = {bots: [], missing: false, access: null, handle: null, replaceAccount: false};

let flock: TestServices;

beforeEach(async () => {
	flock = await testServices({poems: ['harbour', 'kettle', 'moth']});
});

afterEach(() => flock.close());

/** Waits for the link of this number, and approves it. */
async function pinOf(collected: Collected, number: number, account: string): Promise<string> {
	await collected.until(() => collected.out.length >= number);
	return approve(collected.out[number - 1] ?? '', account);
}

test('authorize prints the link alone on a line of standard output, and saves the key that the PIN gives', async () => {
	const run = collect();
	const done = authorize({...plain, bots: ['harbour']}, flock.services, run.write);
	run.type(await pinOf(run, 1, 'harbour_poem'));
	assert.equal(await done, 0);
	assert.equal(run.out.length, 1);
	assert.match(
		run.out[0] ?? '',
		/^http:\/\/127\.0\.0\.1:\d+\/oauth\/authorize\?oauth_token=\w+&force_login=true$/,
	);
	assert.equal((await flock.services.keystore.get('harbour'))?.key?.handle, 'harbour_poem');
	assert.match(run.err.join('\n'), /harbour: saved the key of @harbour_poem/);
	await assertHarmless(run.all(), flock.services.keystore);
});

test('authorize exits with 1 when the input ends before a PIN', async () => {
	const run = collect({input: ''});
	assert.equal(await authorize({...plain, bots: ['harbour']}, flock.services, run.write), 1);
	assert.match(run.err.join('\n'), /input ended before a PIN for harbour\./);
	assert.equal(await flock.services.keystore.get('harbour'), null);
});

test('authorize explains what is no PIN, and asks again with the same link', async () => {
	const run = collect();
	const done = authorize({...plain, bots: ['harbour']}, flock.services, run.write);
	const pin = await pinOf(run, 1, 'harbour_poem');
	for (const line of ['', 'PIN', 'practiceConsumerKey0001', ` ${pin} `]) {
		run.type(line);
	}

	assert.equal(await done, 0);
	assert.equal(run.out.length, 1);
	assert.match(run.all(), /No PIN yet/);
	assert.match(run.all(), /That is the word PIN, not the number/);
	assert.match(run.all(), /A PIN has only digits/);
});

test('authorize prints a new link after a refused PIN, and says that the earlier one is void', async () => {
	const run = collect();
	const done = authorize({...plain, bots: ['harbour']}, flock.services, run.write);
	await run.until(() => run.out.length === 1);
	run.type('0000000');
	run.type(await pinOf(run, 2, 'harbour_poem'));
	assert.equal(await done, 0);
	assert.notEqual(run.out[0], run.out[1]);
	assert.match(run.err.join('\n'), /new link for harbour; the old one no longer works/);
});

test('authorize holds the key of another account, exits with 1, and says how to keep or discard it', async () => {
	const run = collect();
	const done = authorize({...plain, bots: ['harbour'], handle: '@harbour_poem'}, flock.services, run.write);
	run.type(await pinOf(run, 1, 'owner'));
	assert.equal(await done, 1);
	assert.match(run.out[0] ?? '', /screen_name=harbour_poem/);
	const record = await flock.services.keystore.get('harbour');
	assert.equal(record?.key, null);
	assert.equal(record?.held[0]?.key.handle, 'owner');
	assert.match(run.err.join('\n'), /keymaker keep harbour .* keymaker discard harbour/);

	await assert.rejects(authorize({...plain, bots: ['harbour']}, flock.services, collect().write), {
		code: 'held',
	});
});

test('authorize --replace-account saves another account, but never one that speaks another poem', async () => {
	await flock.authorize('kettle', 'kettle_poem');
	await flock.authorize('harbour', 'harbour_poem');
	const run = collect();
	const done = authorize({...plain, bots: ['harbour'], replaceAccount: true}, flock.services, run.write);
	run.type(await pinOf(run, 1, 'owner'));
	assert.equal(await done, 0);
	assert.equal((await flock.services.keystore.get('harbour'))?.key?.handle, 'owner');

	const again = collect();
	const refused = authorize({...plain, bots: ['harbour'], replaceAccount: true}, flock.services, again.write);
	again.type(await pinOf(again, 1, 'kettle_poem'));
	assert.equal(await refused, 1);
	assert.match(again.err.join('\n'), /@kettle_poem, which already belongs to kettle/);
	assert.equal((await flock.services.keystore.get('harbour'))?.key?.handle, 'owner');
});

test('authorize --access asks X for that access', async () => {
	const run = collect();
	const done = authorize({...plain, bots: ['harbour'], access: 'read'}, flock.services, run.write);
	run.type(await pinOf(run, 1, 'harbour_poem'));
	assert.equal(await done, 0);
	const record = await flock.services.keystore.get('harbour');
	assert.equal(record?.key?.accessLevel, 'read');
	assert.equal(record?.wantedAccess, 'read');
});

test('authorize --missing takes one bot after the other, and sums up at the end', async () => {
	await flock.authorize('kettle', 'kettle_poem');
	const run = collect();
	const done = authorize({...plain, missing: true}, flock.services, run.write);
	run.type(await pinOf(run, 1, 'harbour_poem'));
	await run.until(() => run.out.length === 2);
	run.type('s');
	assert.equal(await done, 1);
	assert.equal((await flock.services.keystore.get('harbour'))?.key?.handle, 'harbour_poem');
	assert.equal(await flock.services.keystore.get('moth'), null);
	assert.equal(run.err.at(-1), '2 bots: 1 made; skipped: moth.');
});

test('authorize --missing is done at once where every bot has a key', async () => {
	for (const bot of ['harbour', 'kettle', 'moth']) {
		await flock.authorize(bot, `${bot}_poem`);
	}

	const run = collect();
	assert.equal(await authorize({...plain, missing: true}, flock.services, run.write), 0);
	assert.deepEqual(run.out, []);
});

test('authorize refuses wrong usage before X is asked', async () => {
	const {write} = collect();
	const refused = (input: Partial<AuthorizeInput>) => authorize({...plain, ...input}, flock.services, write);
	await assert.rejects(refused({}), {code: 'usage'});
	await assert.rejects(refused({bots: ['moth'], missing: true}), {code: 'usage'});
	await assert.rejects(refused({bots: ['moth', 'kettle'], handle: 'moth_poem'}), {code: 'usage'});
	await assert.rejects(refused({bots: ['mothh']}), {code: 'unknown-bot', hint: 'Did you mean moth?'});
	await assert.rejects(refused({bots: ['moth'], handle: 'not a handle'}), {code: 'bad-handle'});
	assert.deepEqual(flock.practice.log(), []);
});

test('authorize opens the browser once for each bot, for a person at a terminal, and not for a new link', async () => {
	const desk = await testServices({poems: ['harbour'], whyNotOpen: null});
	try {
		const run = collect({interactive: true});
		const done = authorize({...plain, bots: ['harbour']}, desk.services, run.write);
		await run.until(() => run.out.length === 1);
		run.type('n');
		run.type(await pinOf(run, 2, 'harbour_poem'));
		assert.equal(await done, 0);
		assert.deepEqual(desk.opened, [run.out[0]]);

		const piped = collect({input: ''});
		await authorize({...plain, bots: ['harbour']}, desk.services, piped.write);
		assert.equal(desk.opened.length, 1);
	} finally {
		await desk.close();
	}
});

test('Ctrl-C ends the wait for a PIN, and nothing is changed', async () => {
	const run = collect();
	const done = authorize({...plain, bots: ['harbour', 'moth']}, flock.services, run.write);
	await run.until(() => run.err.some(line => line.startsWith('Paste the PIN')));
	run.interrupt();
	await assert.rejects(done, {code: 'cancelled'});
	assert.equal(await flock.services.keystore.get('harbour'), null);
	assert.equal(run.err.at(-1), '2 bots: not done: harbour, moth.');
});

/** Services whose keystore has no room for so many saves of a key. */
function withFullKeystore(saves: number): Services {
	let left = saves;
	const keystore: Services['keystore'] = {
		...flock.services.keystore,
		async update(...change) {
			left -= 1;
			if (left >= 0) {
				throw new FlockError('keystore-full', 'The disk is full.', {hint: 'Make room on it.'});
			}

			return flock.services.keystore.update(...change);
		},
	};
	return {...flock.services, keystore, keymaker: createKeymaker({...flock.services, keystore})};
}

test('a key that the keystore does not take is saved on enter, once the person has mended it', async () => {
	const run = collect({interactive: true});
	const done = authorize({...plain, bots: ['harbour']}, withFullKeystore(2), run.write);
	run.type(await pinOf(run, 1, 'harbour_poem'));
	const asked = () => run.err.filter(line => line.includes('press enter to save the key')).length;
	await run.until(() => asked() === 1);
	assert.match(run.err.join('\n'), /The disk is full.*\n.*Make room.*\n.*not saved yet/);
	run.type('');
	await run.until(() => asked() === 2);
	run.type('');
	assert.equal(await done, 0);
	assert.equal((await flock.services.keystore.get('harbour'))?.key?.handle, 'harbour_poem');
	await assertHarmless(run.all(), flock.services.keystore);
});

test('a key that the keystore does not take is given up, loudly, where nobody can press enter', async () => {
	const run = collect();
	const done = authorize({...plain, bots: ['harbour']}, withFullKeystore(2), run.write);
	run.type(await pinOf(run, 1, 'harbour_poem'));
	assert.equal(await done, 1);
	assert.ok(run.all().includes(flock.services.keystore.path));
	assert.match(run.err.at(-2) ?? '', /run keymaker authorize harbour again/);
	assert.equal(run.err.at(-1), 'Lost without being saved: the key of harbour. Authorize again.');
});

test('hostile names in file names and in X’s answers are made visible', async () => {
	const name = 'moth\u001b[31m\u0007\u202Edrib';
	await flock.addPoem(`${name}.txt`);
	const run = collect();
	const done = authorize({...plain, bots: [name]}, flock.services, run.write);
	const pin = await pinOf(run, 1, 'harbour_poem');
	flock.practice.setFault('access_token:hostile-name');
	run.type(pin);
	run.end();
	await done;
	flock.practice.clearFaults();
	await flock.authorize('moth', 'moth_poem');
	await assertHarmless(run.all(), flock.services.keystore);
	assert.match(run.all(), /moth␛\[31m␇‹U\+202E›drib/);
});

suite('by callback', () => {
	/** Services that listen on a free port, and practice with these addresses in its app's settings. */
	async function listening(callbacks?: readonly string[]): Promise<TestServices> {
		const place = await testServices({
			poems: ['harbour', 'kettle'],
			callbackPort: await freePort(),
			...(callbacks === undefined ? {} : {callbacks}),
		});
		return place;
	}

	test('an expected account needs no line; the page says that it is done', async () => {
		const place = await listening();
		try {
			const run = collect();
			const input = {...plain, bots: ['harbour'], handle: 'harbour_poem'};
			const done = authorize(input, place.services, run.write);
			await run.until(() => run.out.length === 1);
			assert.match(
				await answerTo(run.out[0] ?? '', 'harbour_poem'),
				/harbour is ready\. You can close this page\./,
			);
			assert.equal(await done, 0);
			assert.equal((await place.services.keystore.get('harbour'))?.key?.handle, 'harbour_poem');
			await assertHarmless(run.all(), place.services.keystore);
		} finally {
			await place.close();
		}
	});

	test('any other account waits for a line: enter keeps it, d discards it and gets a new link, the end holds it', async () => {
		const place = await listening();
		try {
			const run = collect();
			const done = authorize({...plain, bots: ['harbour', 'kettle']}, place.services, run.write);
			await run.until(() => run.out.length === 1);
			await answerTo(run.out[0] ?? '', 'mallory');
			await run.until(() => /Press enter to keep it/.test(run.all()));
			assert.equal((await place.services.keystore.get('harbour'))?.key, null);
			run.type('d');
			await run.until(() => run.out.length === 2);
			assert.deepEqual((await place.services.keystore.get('harbour'))?.held, []);
			await answerTo(run.out[1] ?? '', 'harbour_poem');
			run.type('');
			await run.until(() => run.out.length === 3);
			assert.equal((await place.services.keystore.get('harbour'))?.key?.handle, 'harbour_poem');
			await answerTo(run.out[2] ?? '', 'kettle_poem');
			await run.until(() => /@kettle_poem. Is that the bot’s account/.test(run.all()));
			run.type('later');
			assert.equal(await done, 1);
			assert.match(run.all(), /keymaker keep kettle --handle kettle_poem/);
			assert.equal((await place.services.keystore.get('kettle'))?.held[0]?.key.handle, 'kettle_poem');
		} finally {
			await place.close();
		}
	});

	test('Cancel gets a new link, and a pasted address counts as before', async () => {
		const place = await listening();
		try {
			const run = collect();
			const done = authorize({...plain, bots: ['harbour']}, place.services, run.write);
			await run.until(() => run.out.length === 1);
			assert.match(await denyTo(run.out[0] ?? ''), /You did not authorize harbour/);
			await run.until(() => run.out.length === 2);
			assert.match(run.all(), /You did not authorize harbour, so no key was made\./);
			run.type(await approveBack(run.out[1] ?? '', 'harbour_poem'));
			assert.equal(await done, 0);
			assert.equal((await place.services.keystore.get('harbour'))?.key?.handle, 'harbour_poem');
		} finally {
			await place.close();
		}
	});

	test('where X does not allow the address it goes on with PINs, says so once, and asks X no more', async () => {
		const place = await listening([]);
		try {
			const run = collect();
			const done = authorize({...plain, missing: true}, place.services, run.write);
			run.type(await pinOf(run, 1, 'harbour_poem'));
			run.type(await pinOf(run, 2, 'kettle_poem'));
			assert.equal(await done, 0);
			assert.equal(run.all().split('X rejected the callback address').length, 2);
			const links = place.practice.log().filter(({path}) => path === '/oauth/request_token');
			assert.deepEqual(
				links.map(({status}) => status),
				[401, 200, 200],
			);
		} finally {
			await place.close();
		}
	});

	test('the end of the input before an answer ends it, as with PINs', async () => {
		const place = await listening();
		try {
			const run = collect({input: ''});
			assert.equal(await authorize({...plain, bots: ['harbour']}, place.services, run.write), 1);
			assert.match(run.all(), /input ended before/);
		} finally {
			await place.close();
		}
	});
});
