import assert from 'node:assert/strict';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {restore} from '../../source/commands/restore.ts';
import {emptyRecord} from '../../source/flock/key.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {encryptCheaply} from '../helpers/encrypted.ts';
import {keystoreOf} from '../helpers/keystore-of.ts';
import {type Workplace, workplace} from '../helpers/program.ts';
import {thoroughTest} from '../helpers/thorough.ts';
import {collect} from '../helpers/write.ts';
import {practiceKey} from '../keystore/support.ts';

let place: Workplace;
let file: string;
beforeEach(async () => {
	place = await workplace(['harbour', 'kettle']);
	const keystore = keystoreOf(place);
	file = keystore.path;
	for (const bot of ['harbour', 'kettle']) {
		await keystore.update(bot, () => ({...emptyRecord, key: practiceKey(bot)}));
	}
});
afterEach(() => place.close());

async function botsWithKey(more = {}): Promise<string[]> {
	const {out} = await place.run(['list', '--json'], '', more);
	return (JSON.parse(out) as {bot: string; userId: string | null}[])
		.filter(({userId}) => userId !== null)
		.map(({bot}) => bot);
}

test('restore lists the backups, the newest first, with what they hold', async () => {
	const {code, out, err} = await place.run(['restore']);
	assert.equal(code, 0);
	assert.match(out, /^1 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC +with the key of 1 bot\n$/);
	assert.match(err, /keymaker restore N/);
});

test('restore N puts a backup back, and what it replaced can be put back in turn', async () => {
	const {code, out} = await place.run(['restore', '1']);
	assert.equal(code, 0);
	assert.match(out, /^Restored the backup of .* UTC, with the key of 1 bot\.$/m);
	assert.match(out, /^The replaced keystore, with the keys of 2 bots, (is|was) .*backup/m);
	assert.deepEqual(await botsWithKey(), ['harbour']);
	const listed = (await place.run(['restore'])).out;
	const [, number = ''] = /^(\d+) .*2 bots$/m.exec(listed) ?? [];
	assert.equal((await place.run(['restore', number])).code, 0);
	assert.deepEqual(await botsWithKey(), ['harbour', 'kettle']);
});

test('a damaged keystore stops everything but restore, which keeps its bytes and says where', async () => {
	const damaged = (await readFile(file, 'utf8')).slice(0, -40);
	await writeFile(file, damaged);
	const list = await place.run(['list']);
	assert.equal(list.code, 1);
	assert.match(list.err, /damaged.*\n.*`keymaker restore 1`/);
	const listed = await place.run(['restore']);
	assert.equal(listed.code, 0);
	assert.match(listed.out, /2 bots/);
	assert.equal(await readFile(file, 'utf8'), damaged, 'listing changes nothing');

	const {code, out} = await place.run(['restore', '1']);
	assert.equal(code, 0);
	const [, aside = ''] = /The unusable file it replaced is kept as (.*)\.$/m.exec(out) ?? [];
	assert.equal(await readFile(aside, 'utf8'), damaged);
	assert.deepEqual(await botsWithKey(), ['harbour', 'kettle']);
});

test('a damaged encrypted keystore is restored with its passphrase, which is asked for once', async () => {
	const passphrase = 'not a real passphrase';
	await encryptCheaply(place, passphrase);
	await writeFile(file, 'torn');
	const terminal = place.shell('keymaker restore 1; echo "rc=$?"', {columns: 200});
	await terminal.waitFor('Keystore passphrase:');
	terminal.type(`${passphrase}\r`);
	await terminal.waitFor('rc=0');
	assert.equal(terminal.raw().match(/Keystore passphrase: (?!•)/g)?.length, 1);
	assert.deepEqual(await botsWithKey({KEYMAKER_PASSPHRASE: passphrase}), ['harbour', 'kettle']);
});

test('a damaged backup is listed with its problem, and refused', async () => {
	const folder = path.join(place.folder, 'keystore', 'practice', 'backups', 'flock');
	const [oldest = ''] = (await readdir(folder)).sort();
	await writeFile(path.join(folder, oldest), '{"half');
	assert.match((await place.run(['restore'])).out, /1 .*UTC +It is damaged/);
	const {code, err} = await place.run(['restore', '1']);
	assert.equal(code, 1);
	assert.match(err, /The backup .* is damaged/);
	assert.deepEqual(await botsWithKey(), ['harbour', 'kettle']);
});

thoroughTest('a number that no backup has, and what is no number, are refused', async () => {
	const {code, err} = await place.run(['restore', '99']);
	assert.equal(code, 1);
	assert.match(err, /no backup 99\. .*\(keystore-no-backup\)/);
	for (const number of ['0', 'x', '1.5', '']) {
		assert.equal((await place.run(['restore', number])).code, 2, number);
	}
});

test('without a keystore there are no backups, and Ctrl-C ends with 130', async () => {
	const keystore = openKeystore({folder: path.join(place.folder, 'other'), flock: 'flock', poems: null});
	const said = collect();
	assert.equal(await restore({number: null}, {keystore}, said.write), 0);
	assert.match(said.err.join('\n'), /has no backups yet/);
	const stopped = collect();
	stopped.interrupt();
	await assert.rejects(restore({number: null}, {keystore}, stopped.write), {code: 'cancelled'});
});
