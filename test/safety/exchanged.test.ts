import assert from 'node:assert/strict';
import {cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, afterEach, before, beforeEach, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {crc32} from 'node:zlib';
import {emptyRecord} from '../../source/flock/key.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {writeKeyFile} from '../helpers/key-file.ts';
import {cli, type Finished, type Workplace, workplace} from '../helpers/program.ts';
import {thorough, thoroughTest} from '../helpers/thorough.ts';
import {cheapScrypt, practiceApp, practiceKey} from '../keystore/support.ts';

const passphrase = 'not a real passphrase';

/** One folder of poems for all: keystores are laid from one workplace into another here, and the poems have not moved. */
const poems = await mkdtemp(path.join(tmpdir(), 'keymaker-poems-'));
for (const bot of ['harbour', 'kettle', 'moth']) {
	await writeFile(path.join(poems, `${bot}.txt`), `${bot}\n`);
}

/** Real accounts' keystores, though no key in them is one: practice is left out of what is tried here. */
const real = {KEYMAKER_PRACTICE: undefined, KEYMAKER_POEMS: poems};
/** Where a workplace's computer remembers what it has seen. */
const seenFile = path.join('.local', 'state', 'keymaker', 'seen.json');
const unlocked = {...real, KEYMAKER_PASSPHRASE: passphrase};

let place: Workplace;
/** A folder as it is with an encrypted keystore of two keys, made once; and the keystore's bytes when it had one. */
let made: {folder: string; path: string; older: Buffer};

before(async () => {
	place = await workplaceWithKeys();
	// Made at a cost that lets every program open it often.
	const keystore = openKeystore({
		folder: path.join(place.folder, 'keystore'),
		flock: 'flock',
		poems,
		passphrase: () => passphrase,
		seen: path.join(place.folder, seenFile),
		scrypt: cheapScrypt,
	});
	const record = (bot: string) => ({...emptyRecord, key: practiceKey(bot, {handle: `${bot}_poem`})});
	await keystore.update('harbour', () => record('harbour'), practiceApp);
	await keystore.encrypt(passphrase);
	const older = await readFile(fileOf());
	await keystore.update('kettle', () => record('kettle'));
	const folder = await mkdtemp(path.join(tmpdir(), 'keymaker-exchanged-'));
	for (const part of ['keystore', '.local']) {
		await cp(path.join(place.folder, part), path.join(folder, part), {recursive: true});
	}

	made = {folder, path: place.folder, older};
	await place.close();
});
after(() => Promise.all([made.folder, poems].map(folder => rm(folder, {recursive: true, force: true}))));
beforeEach(async () => {
	place = await workplaceWithKeys();
});
afterEach(() => place.close());

async function workplaceWithKeys(): Promise<Workplace> {
	const work = await workplace(['harbour', 'kettle', 'moth']);
	for (const bot of ['harbour', 'kettle', 'moth']) {
		await writeKeyFile(work.folder, bot);
	}

	return work;
}

const fileOf = (flock = 'flock') => path.join(place.folder, 'keystore', `${flock}.json`);

async function good(finished: Promise<Finished>): Promise<Finished> {
	const result = await finished;
	assert.equal(result.code, 0, result.err);
	return result;
}

/** Takes a bot's key from a file that lies there. */
const take = (bot: string, more: Record<string, string | undefined> = unlocked) =>
	good(place.run(['import', `${bot}.json`], '', more));

/** Puts the encrypted keystore there, and what its computer has seen. @returns the keystore's bytes when it had one key. */
async function encryptedKeystore(): Promise<Buffer> {
	for (const part of ['keystore', '.local']) {
		await cp(path.join(made.folder, part), path.join(place.folder, part), {recursive: true});
	}

	const seen = path.join(place.folder, seenFile);
	await writeFile(seen, (await readFile(seen, 'utf8')).replaceAll(made.path, place.folder));
	return made.older;
}

/** A whole, empty keystore in plain text, such as anybody can make. */
async function plantEmpty(identity: object = {}): Promise<void> {
	const keystore = {id: 'f'.repeat(32), flock: 'flock', kind: 'x', counter: 1_000_000, ...identity};
	await writeFile(fileOf(), summedUp({keystore, state: {poems: null, savedApp: null}}));
}

/** A file of this form with the checksum that it needs. */
function summedUp(body: object): Buffer {
	const text = `${JSON.stringify({version: 1, checksum: '--------', ...body}, null, '\t')}\n`;
	const [before = '', after = ''] = text.split('--------');
	const sum = crc32(after, crc32(before)).toString(16).padStart(8, '0');
	return Buffer.from(`${before}${sum}${after}`);
}

const library = `import {openKeystore} from ${JSON.stringify(pathToFileURL(path.join(path.dirname(cli), 'index.js')).href)};
await openKeystore().get('harbour').catch(error => { console.error(error.code); process.exitCode = 1; });`;
const app = {TWITTER_CONSUMER_KEY: 'practice-app', TWITTER_CONSUMER_SECRET: 'practice-app-secret'};

/** Everything that opens a keystore, without a terminal. */
const ways: Record<string, (more: Record<string, string | undefined>) => Promise<Finished>> = {
	list: more => place.run(['list'], '', more),
	exec: more => place.run(['exec', 'harbour', '--', process.execPath, '-e', ''], '', more),
	authorize: more => place.run(['authorize', 'harbour'], '', {...more, ...app}),
	import: more => place.run(['import', 'moth.json'], '', more),
	doctor: more => place.run(['doctor'], '', more),
	'the library': more => place.node(['--input-type=module', '-e', library], more),
};

/** One way that reads, and one that saves. */
const aFew = ['list', 'import'];

/** Tries ways in, all of them or a few unless named, and looks that each is refused and that the file stays as it is. */
async function refused(
	code: string,
	more: Record<string, string | undefined>,
	by: readonly string[] = thorough ? Object.keys(ways) : aFew,
): Promise<void> {
	const planted = await readFile(fileOf());
	await Promise.all(
		by.map(async way => {
			const {code: ended, out, err} = (await ways[way]?.(more)) ?? assert.fail();
			assert.equal(ended, 1, `${way}: ${out}${err}`);
			assert.match(way === 'doctor' ? out : err, way === 'doctor' ? /✗ keystore: / : new RegExp(code), way);
		}),
	);
	assert.deepEqual(await readFile(fileOf()), planted);
}

test('an empty plain keystore in an encrypted one’s place is refused by everything, passphrase given or not', async () => {
	await encryptedKeystore();
	await plantEmpty();
	await refused('keystore-plain', unlocked, aFew);
	await refused('keystore-plain', real, Object.keys(ways));
	const screen = place.screen([], {columns: 160, env: real});
	await screen.waitFor('is in plain text, but this computer saw it encrypted.');
	screen.press('q');
	await screen.exited;

	const restored = await good(place.run(['restore', '1'], '', unlocked));
	assert.match(restored.out, /The unusable file it replaced is kept as .*\.damaged-/);
	assert.match((await good(place.run(['list'], '', unlocked))).out, /@kettle_poem +ready/);
	const {keystore} = JSON.parse(await readFile(fileOf(), 'utf8'));
	assert.equal(keystore.counter, 4);
});

thoroughTest(
	'a plain keystore is refused where this computer has seen none but the copies are encrypted',
	async () => {
		await encryptedKeystore();
		await plantEmpty();
		const elsewhere = {...real, KEYMAKER_STATE: path.join(place.folder, 'another-computer')};
		await refused('keystore-plain', elsewhere, aFew);
		await good(place.run(['encrypt'], '', {...elsewhere, KEYMAKER_PASSPHRASE: passphrase}));
	},
);

for (const [what, bytes] of Object.entries({'{}': '{}', 'nothing at all': ''})) {
	thoroughTest(`${what} in an encrypted keystore’s place is refused, and a copy is offered`, async () => {
		await encryptedKeystore();
		await writeFile(fileOf(), bytes);
		await refused('keystore-damaged', unlocked, aFew);
		await good(place.run(['restore', '1'], '', unlocked));
		assert.match((await good(place.run(['list'], '', unlocked))).out, /@kettle_poem +ready/);
	});
}

test('an older copy of an encrypted keystore is refused by everything, until the person takes it', async () => {
	const older = await encryptedKeystore();
	await writeFile(fileOf(), older);
	await refused('keystore-older', unlocked);
	const screen = place.screen([], {columns: 160, env: unlocked});
	await screen.waitFor('is older than the one this computer saw last: save 2, after save 3.');
	screen.press('q');
	await screen.exited;

	await place.run(['doctor', '--forget-seen'], '', unlocked);
	assert.match(
		(await good(place.run(['list'], '', unlocked))).out,
		/@harbour_poem +ready\n.*kettle .*no key/,
	);
	await take('moth');
	assert.match((await good(place.run(['list'], '', unlocked))).out, /@moth_poem +ready/);
});

thoroughTest('an older copy is not taken by a computer that has only read the newer one', async () => {
	const older = await encryptedKeystore();
	const bots = {...unlocked, KEYMAKER_STATE: path.join(place.folder, 'bots-computer')};
	await good(place.run(['exec', 'kettle', '--', process.execPath, '-e', ''], '', bots));
	await writeFile(fileOf(), older);
	const {code, err} = await place.run(['exec', 'harbour', '--', process.execPath, '-e', ''], '', bots);
	assert.equal(code, 1);
	assert.match(err, /keystore-older/);
	// Not promised: a computer that has never seen the newer one cannot know.
	await good(place.run(['list'], '', {...unlocked, KEYMAKER_STATE: path.join(place.folder, 'new')}));
});

thoroughTest('restoring an older copy makes a state that is newer than all that were seen', async () => {
	const older = await encryptedKeystore();
	await good(place.run(['restore', '1'], '', unlocked));
	assert.equal(JSON.parse(await readFile(fileOf(), 'utf8')).keystore.counter, 4);
	await writeFile(fileOf(), older);
	assert.match((await place.run(['list'], '', unlocked)).err, /save 2, after save 4/);
	await good(place.run(['restore', '1'], '', unlocked));
	await good(place.run(['list'], '', unlocked));
});

thoroughTest(
	'another flock’s encrypted keystore under the same passphrase is refused, its name changed in it or not',
	async () => {
		await encryptedKeystore();
		await take('moth', {...unlocked, KEYMAKER_FLOCK: 'other'});
		await cp(fileOf('other'), fileOf());
		await refused('keystore-other-flock', unlocked, aFew);
		assert.match((await place.run(['list'], '', unlocked)).err, /belongs to another flock, other\./);

		const {
			version: _,
			checksum: __,
			keystore,
			...sealed
		} = JSON.parse(await readFile(fileOf('other'), 'utf8'));
		await writeFile(fileOf(), summedUp({keystore: {...keystore, flock: 'flock'}, ...sealed}));
		await refused('keystore-damaged', unlocked, aFew);
		await good(place.run(['restore', '1'], '', unlocked));
		assert.match((await good(place.run(['list'], '', unlocked))).out, /@kettle_poem +ready/);
	},
);

thoroughTest('a counter or an id that was changed in an encrypted keystore is damage', async () => {
	const older = await encryptedKeystore();
	const {version: _, checksum: __, keystore, ...sealed} = JSON.parse(older.toString());
	for (const change of [{counter: 9}, {id: 'f'.repeat(32)}, {kind: 'practice'}]) {
		await writeFile(fileOf(), summedUp({keystore: {...keystore, ...change}, ...sealed}));
		assert.match((await place.run(['list'], '', unlocked)).err, /keystore-(damaged|other-flock)/);
	}
});

test('practice’s keystore in the place of real keys is refused, and the other way round', async () => {
	await take('harbour', real);
	await take('kettle', {KEYMAKER_FLOCK: 'flock'});
	const folder = path.join(place.folder, 'keystore');
	const names = (await readdir(folder, {recursive: true})).filter(name => name.endsWith('.json'));
	const isPractice = async (name: string) =>
		JSON.parse(await readFile(path.join(folder, name), 'utf8')).keystore?.kind === 'practice';
	const [practices = ''] = (
		await Promise.all(names.map(async name => ((await isPractice(name)) ? [name] : [])))
	)
		.flat()
		.filter(name => !name.includes('backups'));
	const [one, other] = [await readFile(fileOf()), await readFile(path.join(folder, practices))];
	await writeFile(fileOf(), other);
	assert.match((await place.run(['list'], '', real)).err, /holds practice keys, not real keys.*other-flock/);
	await writeFile(path.join(folder, practices), one);
	assert.match((await place.run(['list'])).err, /holds real keys, not practice keys.*other-flock/);
});

thoroughTest('a folder whose encrypted keystore is gone is not begun anew in silence', async () => {
	await encryptedKeystore();
	await rm(fileOf());
	const noMemory = {...real, KEYMAKER_STATE: path.join(place.folder, 'another-computer')};
	for (const more of [unlocked, real, noMemory]) {
		for (const args of [['list'], ['import', 'moth.json']]) {
			const {code, err} = await place.run(args, '', more);
			assert.equal(code, 1);
			assert.match(err, /is gone: .*encrypted.*\(keystore-unreadable\)\n.*keymaker restore.*--forget-seen/);
		}
	}

	await rm(path.join(place.folder, 'keystore'), {recursive: true});
	await mkdir(path.join(place.folder, 'keystore'), {mode: 0o700});
	assert.equal((await place.run(['import', 'moth.json'], '', unlocked)).code, 1);
	assert.deepEqual(await readdir(path.join(place.folder, 'keystore')), []);
	await place.run(['doctor', '--forget-seen'], '', unlocked);
	await take('moth');
	assert.match(await place.read('keystore/flock.json'), /"aes-256-gcm"/);
});

test('with a passphrase given, a keystore is encrypted from the start, with a good one only', async () => {
	const short = await place.run(['import', 'harbour.json'], '', {...real, KEYMAKER_PASSPHRASE: 'short'});
	assert.equal(short.code, 1);
	assert.match(short.err, /fewer than 8 characters.*keystore-passphrase/);
	await take('harbour');
	const keystore = path.join(place.folder, 'keystore');
	const files = (await readdir(keystore, {recursive: true})).filter(name => name.endsWith('.json'));
	assert.ok(files.includes('flock.json'), files.join(', '));
	for (const name of files) {
		assert.doesNotMatch(await readFile(path.join(keystore, name), 'utf8'), /practice/, name);
	}
});

thoroughTest('decrypt is the way back to plain text, and encrypt the way on', async () => {
	await encryptedKeystore();
	const {err} = await good(place.run(['decrypt'], '', unlocked));
	assert.match(err, /[Uu]nset KEYMAKER_PASSPHRASE/);
	assert.match((await good(place.run(['list'], '', real))).out, /@kettle_poem +ready/);
	assert.match((await place.run(['list'], '', unlocked)).err, /keystore-plain.*\n.*keymaker encrypt/);
	await good(place.run(['encrypt'], '', unlocked));
	await good(place.run(['list'], '', unlocked));
});

thoroughTest(
	'a keystore that was decrypted on another computer is taken here once the person says so',
	async () => {
		await encryptedKeystore();
		const elsewhere = {...unlocked, KEYMAKER_STATE: path.join(place.folder, 'another-computer')};
		await good(place.run(['decrypt'], '', elsewhere));
		assert.match((await place.run(['list'], '', real)).err, /keystore-plain.*\n.*doctor --forget-seen/);
		const {out} = await place.run(['doctor', '--forget-seen'], '', real);
		assert.match(out, /✓ keystore-seen: /);
		assert.match((await good(place.run(['list'], '', real))).out, /@kettle_poem +ready/);
	},
);

thoroughTest(
	'a plain copy that lies among the copies does not come into an encrypted keystore’s place',
	async () => {
		await encryptedKeystore();
		await plantEmpty();
		const backups = path.join(place.folder, 'keystore', 'backups', 'flock');
		await cp(fileOf(), path.join(backups, '2026-11-01T000000.000Z.json'));
		await rm(fileOf());
		const copies = (await good(place.run(['restore'], '', unlocked))).out.trim().split('\n');
		const number = copies.findIndex(line => line.includes('0 bots')) + 1;
		assert.ok(number > 0, copies.join('\n'));
		for (const more of [unlocked, real]) {
			const {code, err} = await place.run(['restore', String(number)], '', more);
			assert.equal(code, 1);
			assert.match(err, /keystore-plain/);
		}

		await good(place.run(['restore', '1'], '', unlocked));
	},
);

thoroughTest(
	'practice is left out: its keystore is plain with a passphrase given, and nothing of it is remembered',
	async () => {
		await take('harbour', {KEYMAKER_PASSPHRASE: passphrase});
		await good(place.run(['list'], '', {KEYMAKER_PASSPHRASE: passphrase}));
		assert.equal((await readdir(place.folder)).includes('.local'), false);
	},
);
