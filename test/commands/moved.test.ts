import assert from 'node:assert/strict';
import {mkdir, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {openKeystore} from '../../source/keystore/open.ts';
import {type Workplace, workplace} from '../helpers/program.ts';
import {thoroughTest} from '../helpers/thorough.ts';
import {practiceRecord} from '../keystore/support.ts';

let place: Workplace;
let poems: string;
beforeEach(async () => {
	place = await workplace(['harbour']);
	poems = path.join(place.folder, 'poems');
	const gone = path.join(place.folder, 'gone');
	const keystore = openKeystore({
		folder: path.join(place.folder, 'keystore', 'practice'),
		flock: 'flock',
		kind: 'practice',
		poems: gone,
	});
	await keystore.update('harbour', () => practiceRecord('harbour'));
});
afterEach(() => place.close());

test('without a terminal another folder’s keys are refused, until it is said once that the poems have moved', async () => {
	const exec = ['exec', 'harbour', '--', process.execPath, '-e', 'console.log("ran")'];
	for (const args of [['list'], ['list', '--json'], exec, ['check'], []]) {
		const {code, out, err} = await place.run(args);
		assert.equal(code, 1, err);
		assert.equal(out, '');
		assert.match(err, /keystore-other-poems/);
		assert.match(err, /keymaker doctor --moved/);
	}

	const doctor = await place.run(['doctor']);
	assert.match(doctor.out, /✗ keystore: .*which is gone/);
	const moved = await place.run(['doctor', '--moved']);
	assert.match(moved.out, new RegExp(`^✓ keystore-poems: The keystore belongs to the poems in ${poems}`));
	const list = await place.run(['list']);
	assert.match(list.out, /harbour.*@harbour_poem/);
	assert.equal(list.code, 0);
});

test('a command at a terminal asks first, naming both folders, and remembers a yes', async () => {
	const terminal = place.shell('keymaker list; echo "rc=$?"; keymaker list; echo "then=$?"', {columns: 200});
	const shown = (await terminal.waitFor('Use these keys for the poems there? [y/N]')).join('\n');
	assert.match(shown, /\(1 bot with a key\)/);
	assert.ok(shown.includes(path.join(place.folder, 'gone')) && shown.includes(poems), shown);
	assert.doesNotMatch(shown, /harbour_poem/);
	terminal.type('y\r');
	const done = (await terminal.waitFor('then=0')).join('\n');
	assert.match(done, /rc=0/);
	assert.equal(done.match(/Use these keys/g)?.length, 1);
});

for (const answer of ['n', '', 'Q']) {
	test(`a command at a terminal ends without a yes (${answer || 'Enter'})`, async () => {
		const terminal = place.shell('keymaker list; echo "rc=$?"', {columns: 200});
		await terminal.waitFor('[y/N]');
		terminal.type(`${answer}\r`);
		const done = (await terminal.waitFor('rc=1')).join('\n');
		assert.match(done, /--flock NAME/);
		assert.doesNotMatch(done, /harbour_poem/);
	});
}

test('Ctrl-C at the question ends with 130', async () => {
	const terminal = place.screen(['list']);
	await terminal.waitFor('[y/N]');
	terminal.press('ctrl+c');
	assert.equal((await terminal.exited).exitCode, 130);
});

test('exec asks nobody, at a terminal either', async () => {
	const terminal = place.shell('keymaker exec harbour -- echo ran; echo "rc=$?"', {columns: 200});
	const done = (await terminal.waitFor('rc=1')).join('\n');
	assert.match(done, /keymaker doctor --moved/);
	assert.doesNotMatch(done, /\[y\/N\]|^ran/m);
});

test('the screen opens after a yes, and not after a no', async () => {
	const refused = place.shell('keymaker; echo "rc=$?"', {columns: 100});
	await refused.waitFor('[y/N]');
	refused.type('n\r');
	assert.match((await refused.waitFor('rc=1')).join('\n'), /--flock NAME/);
	const screen = place.screen();
	await screen.waitFor('[y/N]');
	screen.type('y\r');
	await screen.waitFor(/❯ . harbour/);
	screen.press('q');
	await screen.exited;
});

thoroughTest('a folder that was moved and is there again under its old name is no question', async () => {
	await place.run(['doctor', '--moved']);
	const elsewhere = path.join(place.folder, 'elsewhere');
	await rename(poems, elsewhere);
	assert.equal((await place.run(['list', '--poems', elsewhere])).code, 1);
	await rename(elsewhere, poems);
	assert.equal((await place.run(['list'])).code, 0);
	await mkdir(elsewhere);
	await writeFile(path.join(elsewhere, 'harbour.txt'), 'another harbour\n');
	const other = await place.run(['doctor', '--moved', '--poems', elsewhere]);
	assert.match(other.out, /✗ .*belongs to the poems in/);
	await rm(elsewhere, {recursive: true});
});
