import assert from 'node:assert/strict';
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import fc from 'fast-check';
import {botName, oneForm} from '../source/flock/poem.ts';
import {openKeystore} from '../source/index.ts';
import {parseState} from '../source/keystore/form/parse.ts';
import {emptyState, fieldsOf, withRecord} from '../source/keystore/state.ts';
import {namePoems} from '../source/poems/folder.ts';
import {practiceAppKey} from '../source/practice/provider.ts';
import {type Workplace, workplace} from './helpers/program.ts';
import {runs} from './helpers/thorough.ts';
import {botCalled, flockScreen, play} from './tui/support.ts';

/** One name, as one character for each letter with its accent, and as two. */
const composed = '\u00e9t\u00e9';
const apart = 'e\u0301te\u0301';

let place: Workplace;
beforeEach(async () => {
	place = await workplace([]);
});
afterEach(() => place.close());

const poem = (name: string) => path.join(place.folder, 'poems', `${name}.txt`);
const keyOf = (bot: string) => ({
	version: 1,
	bot,
	handle: 'ete_poem',
	userId: '7001',
	...practiceAppKey,
	accessToken: '7001-practiceToken',
	accessSecret: 'practice-secret',
});

async function importAs(bot: string, ...more: string[]): Promise<void> {
	await writeFile(path.join(place.folder, 'keys.json'), JSON.stringify([keyOf(bot)]));
	const {code, err} = await place.run(['import', 'keys.json', ...more]);
	assert.equal(code, 0, err);
}

async function rows(): Promise<Array<{bot: string; status: string; poem: string | null}>> {
	return JSON.parse((await place.run(['list', '--json'])).out);
}

for (const [from, to] of [
	[composed, apart],
	[apart, composed],
] as const) {
	const what = from === composed ? 'composed' : 'taken apart';
	test(`a bot saved while its file’s name was ${what} is the same one when the name is the other form`, async () => {
		await writeFile(poem(from), 'A line.\n');
		await importAs(from);
		await rename(poem(from), poem(to));
		const [row, ...others] = await rows();
		assert.deepEqual([row?.bot, row?.status, others], [composed, 'ready', []]);
		assert.equal(path.basename(row?.poem ?? ''), `${to}.txt`);
		for (const typed of [composed, apart]) {
			const script = 'printf %s "$KEYMAKER_BOT"; cat "$KEYMAKER_POEM"';
			const {code, out, err} = await place.run(['exec', typed, '--', 'sh', '-c', script]);
			assert.deepEqual([code, out, err], [0, `${composed}A line.\n`, '']);
		}
	});
}

test('every command takes a name in either form', async () => {
	await writeFile(poem(composed), 'A line.\n');
	await importAs('of-another', '--as', apart);
	assert.match((await place.run(['check', apart])).out, /ete_poem/);
	const {out} = await place.run(['export', apart, composed, '--format', 'json', '--out', '-']);
	assert.deepEqual(
		JSON.parse(out).map((one: {bot: string}) => one.bot),
		[composed],
	);
	await rm(poem(composed));
	await writeFile(poem('a\u0301'), 'A line.\n');
	assert.equal((await place.run(['rename', apart, 'a\u0301'])).code, 0);
	assert.equal((await place.run(['forget', 'a\u0301', '--yes', '--purge'])).code, 0);
	assert.deepEqual(
		(await rows()).map(({bot, status}) => [bot, status]),
		[['\u00e1', 'no-key']],
	);
});

test('two poems whose names are one name in two forms are two bots, and said to clash', async () => {
	await writeFile(poem(apart), 'Taken apart.\n');
	await importAs(apart);
	await writeFile(poem(composed), 'Composed.\n');
	const found = await place.run(['list', '--json']);
	assert.deepEqual(
		JSON.parse(found.out).map((row: {bot: string; poem: string}) => [row.bot, path.basename(row.poem)]),
		[
			[composed, `${composed}.txt`],
			[`${composed}.txt`, `${apart}.txt`],
		],
	);
	assert.match(found.err, /already named été, with its accents encoded differently, so this bot is été\.txt/);
	// In whichever order the folder gives them.
	for (const files of [
		[`${composed}.txt`, `${apart}.txt`],
		[`${apart}.txt`, `${composed}.txt`],
	]) {
		const {poems} = namePoems('/p', files);
		assert.equal(poems.find(({bot}) => bot === composed)?.file, `${composed}.txt`);
	}
});

test('a key in a file finds its bot whichever form the file writes', async () => {
	for (const [file, written] of [
		[composed, apart],
		[apart, composed],
	] as const) {
		await rm(path.join(place.folder, 'poems'), {recursive: true});
		await mkdir(path.join(place.folder, 'poems'));
		await writeFile(poem(file), 'A line.\n');
		const bundle = {
			...{consumer_token: practiceAppKey.consumerKey, consumer_token_secret: practiceAppKey.consumerSecret},
			...{oauth_token: '7001-practiceToken', oauth_token_secret: 'practice-secret', user_id: '7001'},
		};
		// By the poem that it names, and by its own name.
		for (const [name, more] of [
			['some', {poem_file: `poems/${written}.txt`}],
			[written, {}],
		] as const) {
			await writeFile(path.join(place.folder, `${name}.json`), JSON.stringify({...bundle, ...more}));
			const {code, err} = await place.run(['import', `${name}.json`]);
			assert.equal(code, 0, err);
			assert.equal((await rows())[0]?.status, 'ready');
			await place.run(['forget', composed, '--yes']);
		}
	}
});

test('merging into a file that writes the name in the other form makes no second key of it', async () => {
	await writeFile(poem(composed), 'A line.\n');
	await importAs(apart);
	const {code, err} = await place.run(['export', '--format', 'json', '--out', 'keys.json', '--force']);
	assert.equal(code, 0, err);
	assert.equal(JSON.parse(await place.read('keys.json')).length, 1);
});

test('the library gives the key of a bot in either form', async () => {
	await writeFile(poem(apart), 'A line.\n');
	await importAs(apart);
	const keys = openKeystore({
		poems: path.join(place.folder, 'poems'),
		flock: 'flock',
		keystore: path.join(place.folder, 'keystore'),
		practice: true,
	});
	for (const name of [composed, apart]) {
		const {bot, userId} = await keys.get(name);
		assert.deepEqual([bot, userId], [composed, '7001']);
	}
});

test('a flock’s name leads to one keystore in either form', async () => {
	await writeFile(poem('harbour'), 'A line.\n');
	await importAs('harbour', '--flock', composed);
	const {out} = await place.run(['list', '--json', '--flock', apart]);
	assert.equal(JSON.parse(out)[0].status, 'ready');
});

test('a keystore’s record is found whichever form of the name its file has; two forms of one are damage', async () => {
	await writeFile(poem(composed), 'A line.\n');
	await importAs(composed);
	const fields = JSON.parse(
		await readFile(path.join(place.folder, 'keystore/practice/flock.json'), 'utf8'),
	).state;
	const {[`bot:${composed}`]: record, ...others} = fields;
	const state = parseState({...others, [`bot:${apart}`]: record});
	assert.deepEqual([...state.records.keys()], [composed]);
	assert.throws(() => parseState({...fields, [`bot:${apart}`]: record}), /two records of été/);
});

test('the filter finds a name in either form', () => {
	const flock = [botCalled(composed), botCalled('harbour')];
	for (const typed of [composed, apart]) {
		const {state} = play(flockScreen(flock), '/', {type: 'paste', text: typed});
		assert.deepEqual(
			state.list.shown.map(({name}) => name),
			[composed],
		);
	}
});

test('names of any texts have one form, and records of different ones stay different', () => {
	const text = fc.string({unit: 'binary', maxLength: 8});
	fc.assert(
		fc.property(text, text, (one, other) => {
			assert.equal(oneForm(oneForm(one)), oneForm(one));
			assert.equal(botName(`${one.normalize('NFD')}.txt`), botName(`${one}.txt`));
			const record = {
				expectedHandle: null,
				wantedAccess: 'write' as const,
				key: null,
				held: [],
				previous: null,
			};
			const [first, second] = [oneForm(one), oneForm(other)];
			const state = withRecord(withRecord(emptyState, first, record), second, record);
			assert.equal(parseState(fieldsOf(state)).records.size, first === second ? 1 : 2);
		}),
		{numRuns: runs(100)},
	);
});
