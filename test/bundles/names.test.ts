import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {
	type Belonging,
	botFinder,
	botOfFileName,
	fileNameOf,
	type KnownBot,
} from '../../source/bundles/names.ts';
import type {Poem} from '../../source/flock/poem.ts';
import {poemFileFrom} from '../../source/flock/poem.ts';
import {runs} from '../helpers/thorough.ts';

const poems: Poem[] = ['harbour.txt', 'ode.TXT', 'ode.txt', 'txt.txt', 'json.txt', 'untxtured.txt'].map(
	file => ({
		bot: file === 'ode.TXT' ? 'ode.TXT' : file.slice(0, -4),
		file,
		path: `/home/poems-bot/poems/${file}`,
	}),
);

/** A bot whose poem is gone. */
const gone = (name: string): KnownBot => ({name, expectedHandle: null, key: null});

function botsOf(entry: Partial<Belonging>, others: readonly KnownBot[] = []): readonly string[] {
	return botFinder(poems, others)({bot: null, poemFile: null, handle: null, userId: null, ...entry});
}

test("a file is called by the bot's name alone", () => {
	for (const bot of [
		'harbour',
		'俳句',
		'night train',
		'txt',
		'untxtured',
		'what is it?',
		'v1.2',
		'100%',
		"it's",
	]) {
		assert.equal(fileNameOf(bot, 'linux'), bot);
	}
});

test('what no file can be called is written another way, and read back', () => {
	assert.equal(fileNameOf('a/b', 'linux'), 'a%2Fb');
	assert.equal(fileNameOf('../../etc/passwd', 'linux'), '%2E.%2F..%2Fetc%2Fpasswd');
	assert.equal(fileNameOf('.hidden', 'linux'), '%2Ehidden');
	assert.equal(fileNameOf('con', 'win32'), '%63on');
	assert.equal(fileNameOf('nul.old', 'win32'), '%6Eul.old');
	assert.equal(fileNameOf('console', 'win32'), 'console');
	assert.equal(fileNameOf('what?', 'win32'), 'what%3F');
});

test('every name comes back from its file, and no two names share one', () => {
	const name = fc.oneof(
		fc.string({unit: 'grapheme', maxLength: 30}),
		fc
			.array(fc.constantFrom('%', '2', 'F', 'f', '/', '.', 'a', '\0', '\\', ':', 'con'), {maxLength: 8})
			.map(parts => parts.join('')),
	);
	for (const platform of ['linux', 'win32'] as const) {
		fc.assert(
			fc.property(
				name.filter(bot => bot !== '%'),
				bot => {
					const fileName = fileNameOf(bot, platform);
					assert.equal(botOfFileName(fileName), bot);
					assert.doesNotMatch(fileName, /^\.|[/\0]/);
				},
			),
			{numRuns: runs(1000)},
		);
	}
});

test('a name too long for a file is cut between characters, and kept apart from its like', () => {
	const [one, other] = [
		fileNameOf(`${'句'.repeat(84)}a`, 'linux'),
		fileNameOf(`${'句'.repeat(84)}b`, 'linux'),
	];
	assert.ok(Buffer.byteLength(`${one}.json`) <= 255);
	assert.notEqual(one, other);
	assert.doesNotMatch(one, /\ufffd/);
});

test('a poem is named as it is found from the current folder', () => {
	assert.equal(poemFileFrom('/home/poems-bot', '/home/poems-bot/poems/txt.txt'), 'poems/txt.txt');
	assert.equal(poemFileFrom('/home/poems-bot/keys', '/home/poems-bot/poems/ode.txt'), '../poems/ode.txt');
});

test('a key belongs to the bot whose poem its file names', () => {
	assert.deepEqual(botsOf({poemFile: 'poems/harbour.txt'}), ['harbour']);
	assert.deepEqual(botsOf({poemFile: 'C:\\poems\\harbour.txt'}), ['harbour']);
	assert.deepEqual(botsOf({poemFile: '/elsewhere/ode.TXT', bot: 'ode'}), ['ode.TXT']);
	assert.deepEqual(botsOf({poemFile: 'poems/ode.txt'}), ['ode']);
	assert.deepEqual(botsOf({poemFile: 'poems/gone.txt', bot: 'harbour'}), ['harbour']);
});

test("a key belongs to the bot that its file names, also where the bot's poem is gone", () => {
	assert.deepEqual(botsOf({bot: 'txt'}), ['txt']);
	assert.deepEqual(botsOf({bot: 'kettle'}, [gone('kettle')]), ['kettle']);
	assert.deepEqual(botsOf({handle: 'harbour'}), ['harbour']);
});

test('a key that names nobody of the flock belongs to nobody', () => {
	assert.deepEqual(botsOf({bot: 'kettle', poemFile: 'poems/kettle.txt', handle: 'kettle'}), []);
	assert.deepEqual(botsOf({}), []);
});

test('a key belongs to the bot that is expected to speak as its account, whatever its capitals', () => {
	const bots: KnownBot[] = [
		{name: 'harbour', expectedHandle: 'Harbour_Poem', key: null},
		{name: 'ode', expectedHandle: 'twin', key: null},
		{name: 'txt', expectedHandle: 'twin', key: null},
		{name: 'json', expectedHandle: null, key: {userId: '12'}},
	];
	assert.deepEqual(botsOf({handle: 'harbour_poem'}, bots), ['harbour']);
	assert.deepEqual(botsOf({handle: 'HARBOUR_POEM', bot: 'nobody'}, bots), ['harbour']);
	// twarc calls an entry by the account.
	assert.deepEqual(botsOf({bot: 'harbour_poem'}, bots), ['harbour']);
	assert.deepEqual(botsOf({handle: 'twin'}, bots), ['ode', 'txt']);
	assert.deepEqual(botsOf({handle: 'renamed', userId: '12'}, bots), ['json']);
	assert.deepEqual(botsOf({userId: '13'}, bots), []);
	// What the file says of the bot comes first, and a bot's own name last.
	assert.deepEqual(botsOf({bot: 'txt', handle: 'harbour_poem'}, bots), ['txt']);
	assert.deepEqual(botsOf({handle: 'ode'}, [{name: 'json', expectedHandle: 'ode', key: null}]), ['json']);
});
