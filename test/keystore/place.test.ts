import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {defaultFolder, fileNameOf} from '../../source/keystore/disk/place.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {coded, newKeystore, practiceRecord, startWorker} from './support.ts';

test('ordinary names are the names of their files; others are spelt out', () => {
	const names = {
		'poems-bot': 'poems-bot',
		'tmp.AbC_1': 'tmp.AbC_1',
		'my flock': 'my flock',
		俳句: '俳句',
		'': '%',
		'..': '%2E%2E',
		'.hidden': '%2Ehidden',
		'a/b': 'a%2Fb',
		'a\\b': 'a%5Cb',
		CON: '%43ON',
		'nul.txt': '%6Eul.txt',
		'50%': '50%25',
		'\ud800': '%uD800',
	};
	for (const [name, file] of Object.entries(names)) {
		assert.equal(fileNameOf(name), file);
	}

	assert.match(fileNameOf('long'.repeat(100)), /^longlonglonglong~[0-9a-f]{16}$/);
});

test('the keystore is where conf would put it', () => {
	const script =
		"import Conf from 'conf'; process.stdout.write(new Conf({projectName: 'keymaker', projectSuffix: ''}).path)";
	for (const env of [
		{HOME: '/home/practice'},
		{HOME: '/home/practice', XDG_CONFIG_HOME: '/home/practice/settings'},
	]) {
		const confs = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
			cwd: fileURLToPath(new URL('../..', import.meta.url)),
			env,
		});
		assert.equal(defaultFolder(env), path.dirname(confs.toString()));
	}

	assert.equal(defaultFolder({HOME: '/Users/p'}, 'darwin'), '/Users/p/Library/Preferences/keymaker');
	assert.equal(defaultFolder({APPDATA: 'C:\\Data'}, 'win32'), 'C:\\Data\\keymaker\\Config');
});

test('without a home the option that names a place is named', () => {
	for (const env of [{}, {HOME: ''}, {HOME: 'relative', XDG_CONFIG_HOME: 'relative'}]) {
		assert.throws(
			() => defaultFolder(env, 'linux'),
			(error: Error & {hint?: string}) => {
				assert.match(error.hint ?? '', /--keystore DIR/);
				return coded('keystore-unwritable')(error);
			},
		);
	}
});

test('a folder that everybody may write to is refused, one like /tmp is not', async context => {
	const {place, keystore} = newKeystore(context);
	mkdirSync(place.folder);
	chmodSync(place.folder, 0o777);
	await assert.rejects(
		keystore.update('ode', () => practiceRecord('ode')),
		coded('keystore-unsafe'),
	);
	await assert.rejects(keystore.list(), coded('keystore-unsafe'));
	assert.equal(existsSync(keystore.path), false);
	chmodSync(place.folder, 0o1777);
	await keystore.update('ode', () => practiceRecord('ode'));
});

test('a link is followed where only its owner could turn it, and refused where others could', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const open = path.join(place.root, 'open');
	mkdirSync(open);
	symlinkSync(place.folder, path.join(open, 'link'));
	const linked = openKeystore({...place, folder: path.join(open, 'link')});
	assert.equal((await linked.list()).records.size, 1);
	chmodSync(open, 0o777);
	await assert.rejects(linked.list(), coded('keystore-unsafe'));
	await assert.rejects(linked.tryWriting(), coded('keystore-unsafe'));
	const real = path.join(place.root, 'real.json');
	renameSync(keystore.path, real);
	symlinkSync(real, keystore.path);
	await keystore.update('moth', () => practiceRecord('moth'));
	assert.equal((await openKeystore(place).list()).records.size, 2);
	rmSync(real);
	await assert.rejects(openKeystore(place).list(), coded('keystore-unsafe'));
});

test('what is no regular file is refused at once, a FIFO too', async context => {
	const {place, keystore} = newKeystore(context);
	mkdirSync(place.folder);
	execFileSync('mkfifo', [keystore.path]);
	await assert.rejects(keystore.list(), coded('keystore-unsafe'));
	rmSync(keystore.path);
	mkdirSync(keystore.path);
	await assert.rejects(keystore.list(), coded('keystore-unsafe'));
	rmSync(keystore.path, {recursive: true});
	symlinkSync(keystore.path, keystore.path);
	await assert.rejects(keystore.list(), coded('keystore-unreadable'));
});

const root = process.getuid?.() === 0;
test('a file of somebody else is refused', {
	skip: root ? false : 'needs root, to become somebody else',
}, async context => {
	const {place, keystore} = newKeystore(context);
	mkdirSync(place.folder);
	for (const folder of [place.root, place.folder]) {
		chownSync(folder, 65534, 65534);
	}

	writeFileSync(keystore.path, '{}');
	chmodSync(keystore.path, 0o644);
	chownSync(keystore.path, 65533, 65533);
	const worker = startWorker(context, {options: place, tryWriting: true}, {uid: 65534});
	await worker.ended;
	assert.match(worker.lines()[0] ?? '', /^failed keystore-unsafe .* another user/);
});
