import assert from 'node:assert/strict';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {askNewPassphrase} from '../../source/commands/shared/new-passphrase.ts';
import {passphraseProblem} from '../../source/flock/passphrase.ts';
import {authorizeByCommand} from '../helpers/authorize.ts';
import {type Workplace, workplace} from '../helpers/program.ts';
import {thoroughTest} from '../helpers/thorough.ts';
import {collect} from '../helpers/write.ts';

const first = 'not a real passphrase';
const second = 'another practice passphrase';

let place: Workplace;
beforeEach(async () => {
	place = await workplace(['harbour']);
});
afterEach(() => place.close());

/** The keystore's files, copies included, that hold a text. */
async function filesWith(text: string): Promise<string[]> {
	const folder = path.join(place.folder, 'keystore', 'practice');
	const files = (await readdir(folder, {recursive: true})).filter(file => /^[^.].*\.json$/.test(file));
	assert.ok(files.length > 0);
	const found = await Promise.all(
		files.map(async file => ((await readFile(path.join(folder, file), 'utf8')).includes(text) ? [file] : [])),
	);
	return found.flat();
}

test('encrypt, passphrase and decrypt go round with the environment’s passphrase, backups too', async () => {
	await authorizeByCommand(place, 'harbour', 'harbour_poem');
	assert.ok((await filesWith('harbour_poem')).length > 1, 'the key is in the keystore and in a backup');
	const encrypted = await place.run(['encrypt'], '', {KEYMAKER_PASSPHRASE: first});
	assert.equal(encrypted.code, 0, encrypted.err);
	assert.match(encrypted.out, /Encrypted .*practice\/flock\.json, /);
	assert.match(encrypted.err, /nobody can read the keystore without it/);
	assert.match(encrypted.err, /Not encrypted: .*still on the disk/);
	assert.deepEqual(await filesWith('harbour_poem'), []);

	const twice = await place.run(['encrypt'], '', {KEYMAKER_PASSPHRASE: first});
	assert.equal(twice.code, 1);
	assert.match(twice.err, /already encrypted.*\(keystore-encrypted\)/);

	const changed = await place.run(['passphrase'], `${second}\n`, {KEYMAKER_PASSPHRASE: first});
	assert.equal(changed.code, 0, changed.err);
	assert.match(changed.err, /environment still has the old one/);
	assert.equal((await place.run(['list'], '', {KEYMAKER_PASSPHRASE: first})).code, 1);

	const byCommand = {KEYMAKER_PASSPHRASE_COMMAND: `echo '${second}'`};
	assert.match((await place.run(['list'], '', byCommand)).out, /@harbour_poem +ready/);
	const decrypted = await place.run(['decrypt'], '', byCommand);
	assert.equal(decrypted.code, 0, decrypted.err);
	assert.match(decrypted.out, /^Decrypted /m);
	assert.match((await place.run(['list'])).out, /@harbour_poem +ready/);
	for (const {out, err} of [encrypted, twice, changed, decrypted]) {
		assert.ok(!`${out}${err}`.includes(first) && !`${out}${err}`.includes(second));
	}
});

thoroughTest('a wrong old passphrase changes nothing, and the new one is not even read', async () => {
	await place.run(['encrypt'], '', {KEYMAKER_PASSPHRASE: first});
	for (const command of [['passphrase'], ['decrypt']]) {
		const {code, err} = await place.run(command, `${second}\n`, {KEYMAKER_PASSPHRASE: second});
		assert.equal(code, 1);
		assert.match(err, /KEYMAKER_PASSPHRASE is wrong for this keystore/);
	}

	assert.equal((await place.run(['list'], '', {KEYMAKER_PASSPHRASE: first})).code, 0);
});

test('decrypt and passphrase refuse a keystore that is not encrypted', async () => {
	for (const command of [['passphrase'], ['decrypt']]) {
		const {code, err} = await place.run(command, `${second}\n`);
		assert.equal(code, 1);
		assert.match(err, /is not encrypted.*\(keystore-not-encrypted\)\n +.*keymaker encrypt/);
	}
});

test('a person at a terminal chooses the passphrase twice, unseen', async () => {
	const terminal = place.shell('keymaker encrypt; echo "rc=$?"', {columns: 200});
	await terminal.waitFor('New passphrase:');
	terminal.type(`${first}\r`);
	await terminal.waitFor('Repeat the new passphrase:');
	terminal.type(`${second}\r`);
	await terminal.waitFor('The passphrases do not match.');
	terminal.type(`short\r${first}\r${first}\r`);
	await terminal.waitFor('rc=0');
	assert.match(terminal.screen().join('\n'), /fewer than 8 characters is easy to guess/);
	assert.doesNotMatch(terminal.raw(), /not a real|practice passphrase|short/);
	assert.equal((await place.run(['list'], '', {KEYMAKER_PASSPHRASE: first})).code, 0);
});

thoroughTest(
	'a person at a terminal changes the passphrase: the old one first, then the new one twice',
	async () => {
		await place.run(['encrypt'], '', {KEYMAKER_PASSPHRASE: first});
		const terminal = place.shell('keymaker passphrase; echo "rc=$?"', {columns: 200});
		await terminal.waitFor('Keystore passphrase:');
		terminal.type(`${first}\r`);
		await terminal.waitFor('New passphrase:');
		terminal.type(`${second}\r`);
		await terminal.waitFor('Repeat the new passphrase:');
		terminal.type(`${second}\r`);
		await terminal.waitFor('rc=0');
		assert.equal((await place.run(['list'], '', {KEYMAKER_PASSPHRASE: second})).code, 0);
	},
);

test('Ctrl-C at the choice of a passphrase ends with 130 and encrypts nothing', async () => {
	const terminal = place.shell('keymaker encrypt; echo "rc=$?"');
	await terminal.waitFor('New passphrase:');
	terminal.press('ctrl+c');
	await terminal.waitFor('rc=130');
	assert.equal((await place.run(['list'])).code, 0);
});

thoroughTest('an empty or a short passphrase is refused in a sentence, wherever it comes from', async () => {
	assert.match(passphraseProblem('') ?? '', /empty/);
	assert.match(passphraseProblem('   ') ?? '', /empty/);
	assert.match(passphraseProblem('sevench') ?? '', /fewer than 8/);
	assert.match(passphraseProblem('俳句俳句') ?? '', /fewer than 8/);
	assert.equal(passphraseProblem('eightchr'), null);
	const {code, err} = await place.run(['encrypt'], '', {KEYMAKER_PASSPHRASE: 'short'});
	assert.equal(code, 1);
	assert.match(err, /fewer than 8.*\(keystore-passphrase\)\n +Nothing was changed/);
	assert.match((await place.run(['encrypt'], '')).err, /no line on standard input/);
	assert.match((await place.run(['encrypt'], '\n')).err, /An empty passphrase protects nothing/);
	assert.equal((await place.run(['list'])).code, 0);
});

test('a new passphrase is asked for three times at most', async () => {
	const {write, err} = collect({interactive: true, hidden: ['short', first, second, '', first]});
	await assert.rejects(askNewPassphrase(write), {code: 'keystore-passphrase', hint: /Nothing was changed/});
	assert.deepEqual(err, [
		'New passphrase:',
		'A passphrase of fewer than 8 characters is easy to guess.',
		'New passphrase:',
		'Repeat the new passphrase:',
		'The passphrases do not match.',
		'New passphrase:',
		'An empty passphrase protects nothing.',
	]);
});

test('init works where there is no place for a keystore', async () => {
	await writeFile(path.join(place.folder, 'poems', 'ode.txt'), 'a line\n');
	const nowhere = {HOME: undefined, KEYMAKER_KEYSTORE: undefined};
	assert.equal((await place.run(['list'], '', nowhere)).code, 1);
	const {code, out} = await place.run(['init'], '', nowhere);
	assert.equal(code, 0);
	assert.match(out, /\.env: created/);
});
