import assert from 'node:assert/strict';
import {mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {exportFormats} from '../../source/tui/export/reduce.ts';
import type {Action} from '../../source/tui/model/action.ts';
import {initialState, type State} from '../../source/tui/model/state.ts';
import {createRunner} from '../../source/tui/runner.ts';
import {createStore, type Store} from '../../source/tui/store.ts';
import {assertHarmless} from '../helpers/secrets.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {fixed} from './support.ts';

let flock: TestServices;
let store: Store;
let failure: unknown;

beforeEach(async () => {
	flock = await testServices({poems: ['harbour', 'kettle', 'moth']});
	await flock.authorize('harbour', 'harbour_poem');
	await flock.authorize('kettle', 'kettle_poem');
	failure = null;
	store = createStore(initialState(fixed, {columns: 80, rows: 24}), Date.now, dispatch =>
		createRunner(flock.services, dispatch, {
			end: () => {},
			suspend: async () => {},
			fail: error => {
				failure = error;
			},
		}),
	);
	store.dispatch({type: 'start'});
	await until(({flock}) => flock !== null);
	press('home');
});

afterEach(async () => {
	store.stop();
	await flock.close();
	assert.equal(failure, null);
});

/** Waits until the state is as wanted. */
async function until(fulfilled: (state: State) => boolean): Promise<State> {
	return new Promise(resolve => {
		const look = () => {
			if (fulfilled(store.get())) {
				stop();
				resolve(store.get());
			}
		};
		const stop = store.subscribe(look);
		look();
	});
}

function press(...keys: readonly string[]): void {
	for (const key of keys) {
		store.dispatch({type: 'key', key} satisfies Action);
	}
}

/** Writes the export to a path, and waits for what comes of it. */
async function exportTo(out: string): Promise<State> {
	press('ctrl+u');
	store.dispatch({type: 'paste', text: out});
	press('enter');
	return until(({overlay}) => overlay?.name !== 'export' || overlay.attempt === null);
}

const keysFile = (name: string) => path.join(flock.folder, 'keys', name);

test('enter writes the marked bots’ keys, for nobody else to read, and says in one sentence where they are', async () => {
	press('space', 'space', 'space', 'x', 'enter');
	const state = await until(({overlay}) => overlay === null);
	assert.equal(
		state.notice?.text,
		'2 keys written to keys/harbour.json, keys/kettle.json: whoever reads them can post.',
	);
	assert.deepEqual(await readdir(path.join(flock.folder, 'keys')), ['harbour.json', 'kettle.json']);
	assert.equal((await stat(keysFile('harbour.json'))).mode & 0o777, 0o600);
	const key = (await flock.services.keystore.get('harbour'))?.key;
	const written = JSON.parse(await readFile(keysFile('harbour.json'), 'utf8'));
	assert.equal(written.oauth_token_secret, key?.accessSecret);
	assert.equal(written.poem_file, 'poems/harbour.txt');
	await assertHarmless(JSON.stringify(state), flock.services.keystore);
});

for (const [format, {path: place}] of Object.entries(exportFormats)) {
	test(`the format ${format} goes to ${place} unless the person says otherwise`, async () => {
		press('space', 'space', 'x');
		for (let {overlay} = store.get(); overlay?.name === 'export' && overlay.draft.format !== format; ) {
			press('tab');
			({overlay} = store.get());
		}

		press('enter');
		const {notice} = await until(({overlay}) => overlay === null);
		assert.match(notice?.text ?? '', /^2 keys written to keys\//);
		const out = path.join(flock.folder, place);
		const files = place.endsWith('/') ? (await readdir(out)).map(file => path.join(out, file)) : [out];
		const text = (await Promise.all(files.map(async file => readFile(file, 'utf8')))).join('\n');
		for (const bot of ['harbour', 'kettle']) {
			assert.ok(text.includes((await flock.services.keystore.get(bot))?.key?.accessSecret ?? 'no secret'));
		}
	});
}

test('a path that the person has typed stays when the format changes, and tab and shift+tab go round the formats', () => {
	press('x', 'ctrl+u');
	store.dispatch({type: 'text', text: 'my keys'});
	press('tab', 'backtab', 'backtab');
	const {overlay} = store.get();
	assert.ok(overlay?.name === 'export');
	assert.deepEqual(overlay.draft, {bots: ['harbour'], format: 'json', path: 'my keys', ownPath: true});
	press('backspace', 'escape');
	assert.equal(store.get().overlay, null);
});

test('two tabs that arrive at once are two keys, and no part of the path', () => {
	press('x');
	store.dispatch({type: 'text', text: '\t\t'});
	const {overlay} = store.get();
	assert.ok(overlay?.name === 'export');
	assert.equal(overlay.draft.format, 'twurl');
	assert.equal(overlay.draft.path, 'keys/twurlrc');
});

test('a file of another kind is written over after a yes alone, and a no leads back', async () => {
	const notes = path.join(flock.folder, 'notes');
	await writeFile(notes, 'something else\n');
	press('x', 'backtab');
	const asked = await exportTo('notes');
	assert.ok(asked.overlay?.name === 'confirm' && asked.overlay.question.about === 'overwrite');
	assert.match(asked.overlay.question.sentence, /notes already exists and is not a json file/);
	press('n');
	const {overlay} = store.get();
	assert.ok(overlay?.name === 'export');
	assert.equal(overlay.draft.path, 'notes');
	assert.equal(await readFile(notes, 'utf8'), 'something else\n');
	press('enter');
	await until(state => state.overlay?.name === 'confirm');
	press('y');
	await until(state => state.overlay === null);
	assert.match(await readFile(notes, 'utf8'), /"version"/);
});

test('a poem is never written over, the error stands beside the field, and says nothing of options', async () => {
	press('x', 'backtab');
	const refused = await exportTo('poems/moth.txt');
	assert.ok(refused.overlay?.name === 'export');
	assert.equal(refused.overlay.problem?.code, 'export-unsafe');
	assert.doesNotMatch(refused.overlay.problem.hint, /--/);
	assert.equal(await readFile(path.join(flock.folder, 'poems', 'moth.txt'), 'utf8'), 'a line\n');
	// Writing over it is not even offered.
	press('enter');
	await until(({overlay}) => overlay?.name === 'export' && overlay.attempt === null);
	assert.equal(store.get().overlay?.name, 'export');
});

test('an empty path is not written to, and it is said what is missing', () => {
	press('x', 'ctrl+u', 'enter');
	assert.equal(store.get().overlay?.name, 'export');
	assert.match(store.get().notice?.text ?? '', /Type the file or folder/);
});

test('a key whose app’s secret is not known is left out, and named', async () => {
	const key = (await flock.services.keystore.get('kettle'))?.key;
	assert.ok(key);
	await flock.change('kettle', {key: {...key, consumerKey: 'anotherPracticeApp'}});
	press('space', 'space', 'x', 'enter');
	const {notice} = await until(({overlay}) => overlay === null);
	assert.match(
		notice?.text ?? '',
		/^1 key written to keys\/harbour\.json: whoever reads it can post\. kettle’s key/,
	);
	await rm(path.join(flock.folder, 'keys'), {recursive: true});
	press('home', 'escape', 'down', 'x', 'enter');
	const alone = await until(({overlay}) => overlay?.name === 'export' && overlay.problem !== null);
	assert.ok(alone.overlay?.name === 'export');
	assert.equal(alone.overlay.problem?.code, 'other-app');
});

test('where the file lies in a git work tree, the command that asks git is said with the rest', async () => {
	await mkdir(path.join(flock.folder, '.git'));
	press('x', 'enter');
	const {notice} = await until(({overlay}) => overlay === null);
	assert.match(
		notice?.text ?? '',
		/^1 key written .*is in the git work tree .*git -C \S+ check-ignore -v -- harbour\.json/,
	);
});

test('what comes of an export that was left is told all the same', async () => {
	press('x', 'enter', 'escape');
	const {notice} = await until(state => state.notice !== null);
	assert.match(notice?.text ?? '', /^1 key written to keys\/harbour\.json/);
});

test('i makes the folder of poems with a sample, which is the first bot', async () => {
	const {services} = flock;
	store.dispatch({type: 'changed'});
	await rm(services.poems.path, {recursive: true});
	for (const bot of ['harbour', 'kettle']) {
		await services.keystore.update(bot, () => null);
	}

	store.dispatch({type: 'changed'});
	await until(state => state.flock?.length === 0);
	press('i');
	const made = await until(state => state.flock?.length === 1);
	assert.equal(made.flock?.[0]?.name, 'first-light');
	assert.match(
		(await until(state => state.notice !== null)).notice?.text ?? '',
		/Added first-light\.txt, a sample poem/,
	);
	assert.match(await readFile(path.join(services.poems.path, 'first-light.txt'), 'utf8'), /kettle knows/);
});
