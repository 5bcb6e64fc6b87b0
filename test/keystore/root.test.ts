import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {writeExport} from '../../source/bundles/export.ts';
import {FlockError} from '../../source/flock/error.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {entryOf} from '../bundles/entries.ts';
import {fromSource} from '../helpers/from-source.ts';
import {some} from '../helpers/thorough.ts';
import {coded, filesBelow, newPlace, practiceRecord, startWorker} from './support.ts';

const needsRoot = {skip: process.getuid?.() === 0 ? false : 'needs root'};
const someone = 65_534;

/** A keystore that another user keeps, a place that is root's alone, and a file in it. */
async function usersKeystore(context: TestContext) {
	const place = newPlace(context);
	chmodSync(place.root, 0o755);
	const home = path.join(place.root, 'home');
	const options = {...place, folder: path.join(home, 'keys')};
	mkdirSync(home);
	give(home);
	give(place.poems);
	const worker = startWorker(context, {options, save: ['ode', 'moth']}, {uid: someone});
	await worker.ended;
	assert.deepEqual(worker.lines(), ['saved ode', 'saved moth']);
	const secret = path.join(place.root, 'root-only');
	mkdirSync(secret, {mode: 0o700});
	const file = path.join(secret, 'file');
	writeFileSync(file, 'not-a-real-secret', {mode: 0o600});
	return {options, home, secret, file, keystore: openKeystore(options)};
}

function give(target: string): void {
	chownSync(target, someone, someone);
}

/** What of root's own must stay as it is: owners, modes, contents. */
function stateOf(folder: string): unknown {
	return readdirSync(folder).map(name => {
		const target = path.join(folder, name);
		const {uid, gid, mode, mtimeMs} = lstatSync(target);
		return {name, uid, gid, mode, mtimeMs, text: readFileSync(target, 'utf8')};
	});
}

test('root reads a user’s keystore and saves nothing to it, and says who may', needsRoot, async context => {
	const {options, keystore} = await usersKeystore(context);
	assert.deepEqual([...(await keystore.list()).records.keys()], ['ode', 'moth']);
	assert.equal((await keystore.backups()).length, 1);
	const {findings, bots} = await keystore.health();
	assert.equal(bots, 2);
	assert.ok(findings.every(({hint}) => /^Save to it as that user: sudo -H -u '#65534' keymaker/.test(hint)));
	const before = filesBelow(options.folder);
	for (const save of [
		() => keystore.update('kettle', () => practiceRecord('kettle')),
		() => keystore.tryWriting(),
		() => keystore.restore(1),
		() => keystore.purge('ode'),
		() => keystore.encrypt('practice words'),
	]) {
		await assert.rejects(save(), (error: Error & {hint?: string}) => {
			assert.match(error.message, /root saves only to its own folders/);
			assert.match(error.hint ?? '', /sudo -H -u '#65534' keymaker/);
			return coded('keystore-unsafe')(error);
		});
	}

	assert.deepEqual(filesBelow(options.folder), before);
});

/** Runs a save as root in which the fresh file is exchanged for a link at its n-th use. @returns whether there were so many. */
async function saveSwapping(options: object, victim: string, instant: number): Promise<boolean> {
	const {stdout} = await new Promise<{stdout: string}>(resolve => {
		execFile(
			process.execPath,
			[...fromSource, fileURLToPath(new URL('swapping.ts', import.meta.url))],
			{
				cwd: fileURLToPath(new URL('../..', import.meta.url)),
				env: {...process.env, SWAP: JSON.stringify({options, victim, instant})},
			},
			(_error, stdout) => resolve({stdout}),
		);
	});
	const end = /^(swapped|not reached)\n$/.exec(stdout);
	assert.ok(end, stdout);
	return end[1] === 'swapped';
}

for (const whose of ['another user’s folder', 'a folder of its own']) {
	test(
		`a fresh file that is exchanged for a link gives nothing of root’s away: ${whose}`,
		needsRoot,
		async context => {
			const {options, secret, file} = await usersKeystore(context);
			const isOwn = whose !== 'another user’s folder';
			if (isOwn) {
				for (const target of [path.dirname(options.folder), options.folder]) {
					chownSync(target, 0, 0);
				}

				for (const target of ['harbour.json', 'backups', 'backups/harbour']) {
					chownSync(path.join(options.folder, target), 0, 0);
				}
			}

			const before = stateOf(secret);
			let instants = 0;
			while (await saveSwapping(options, file, instants + 1)) {
				instants += 1;
				assert.deepEqual(stateOf(secret), before, `at instant ${instants}`);
				const saved = path.join(options.folder, 'harbour.json');
				if (lstatSync(saved).isSymbolicLink()) {
					rmSync(saved);
					writeFileSync(saved, '', {mode: 0o600});
					rmSync(saved);
				}
			}

			assert.deepEqual(stateOf(secret), before);
			assert.equal(instants > 0, isOwn, `${instants} instants`);
		},
	);
}

/** Each puts a link where root would write through it. */
const links: Record<string, (options: {folder: string}, secret: string, home: string) => void> = {
	'the folder of copies': ({folder}, secret) => {
		rmSync(path.join(folder, 'backups'), {recursive: true});
		symlinkSync(secret, path.join(folder, 'backups'));
	},
	'the flock’s own folder of copies': ({folder}, secret) => {
		rmSync(path.join(folder, 'backups', 'harbour'), {recursive: true});
		symlinkSync(secret, path.join(folder, 'backups', 'harbour'));
	},
	'the lock': ({folder}, secret) => {
		symlinkSync(secret, path.join(folder, 'harbour.json.lock'));
	},
	'the keystore': ({folder}, secret) => {
		renameSync(path.join(folder, 'harbour.json'), path.join(secret, 'harbour.json'));
		symlinkSync(path.join(secret, 'harbour.json'), path.join(folder, 'harbour.json'));
	},
	'the folder of keystores': ({folder}, secret) => {
		rmSync(folder, {recursive: true});
		symlinkSync(secret, folder);
	},
	'a folder above it': ({folder}, secret, home) => {
		const real = path.join(secret, 'home');
		mkdirSync(path.join(real, 'keys'), {recursive: true});
		renameSync(path.join(folder, 'harbour.json'), path.join(real, 'keys', 'harbour.json'));
		rmSync(home, {recursive: true});
		symlinkSync(real, home);
		// The link is the user's, the folder that holds it is one like /tmp.
		chmodSync(path.dirname(home), 0o1777);
	},
};

for (const [what, put] of some(Object.entries(links), 3)) {
	test(`root writes nothing through a user’s link in the place of ${what}`, needsRoot, async context => {
		const {options, home, secret, keystore} = await usersKeystore(context);
		put(options, secret, home);
		if (lstatSync(home).isSymbolicLink()) {
			execLchown(home);
		}

		const before = filesBelow(secret);
		await assert.rejects(
			keystore.update('kettle', () => practiceRecord('kettle')),
			coded('keystore-unsafe'),
		);
		await assert.rejects(keystore.tryWriting(), coded('keystore-unsafe'));
		assert.deepEqual(filesBelow(secret), before);
	});
}

function execLchown(target: string): void {
	const {lchownSync} = process.getBuiltinModule('fs');
	lchownSync(target, someone, someone);
}

test('a lock’s folder that is a link is refused, and what it leads to is not touched', async context => {
	const place = newPlace(context);
	const keystore = openKeystore({...place, patience: 0});
	const target = path.join(place.root, 'target');
	mkdirSync(target);
	mkdirSync(place.folder);
	for (const leadsTo of [target, path.join(place.root, 'nowhere')]) {
		const lock = `${keystore.path}.lock`;
		symlinkSync(leadsTo, lock);
		const {mtimeMs} = lstatSync(target);
		await assert.rejects(
			keystore.update('ode', () => practiceRecord('ode')),
			(error: Error) => {
				assert.match(error.message, /\.lock is not a folder/);
				return coded('keystore-unwritable')(error);
			},
		);
		assert.equal(lstatSync(target).mtimeMs, mtimeMs);
		assert.equal(existsSync(path.join(place.root, 'nowhere')), false);
		rmSync(lock);
	}

	await keystore.update('ode', () => practiceRecord('ode'));
});

test('root writes no export into a user’s folder, nor through one', needsRoot, async context => {
	const {home, secret} = await usersKeystore(context);
	const cwd = path.dirname(home);
	symlinkSync(secret, path.join(home, 'out'));
	for (const out of ['home/keys.env', 'home/out/keys.env', 'home/out/', 'home/new/keys.env']) {
		await assert.rejects(
			writeExport({
				format: 'dotenv',
				entries: [entryOf({bot: 'ode'})],
				out,
				cwd,
				force: true,
				poemsFolder: path.join(cwd, 'poems'),
				untouchable: [],
			}),
			error => error instanceof FlockError && error.code === 'export-unsafe',
		);
	}

	assert.deepEqual(readdirSync(secret), ['file']);
	assert.deepEqual(readdirSync(home).sort(), ['keys', 'out']);
});

test('root of a namespace of users, where all else is nobody’s, saves to its own folder', async context => {
	const place = newPlace(context);
	chmodSync(place.root, 0o1777);
	chmodSync(place.poems, 0o755);
	const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
	const options = {...place, folder: path.join(place.root, 'own', 'keys')};
	const script = 'test "$(id -u)" = 0 && mkdir "$1" && shift && exec "$@"';
	const words = [path.join(place.root, 'own'), process.execPath, ...fromSource, worker];
	const args = ['-Ur', 'sh', '-c', script, 'sh', ...words, JSON.stringify({options, save: ['ode']})];
	const {error, stdout} = await new Promise<{error: unknown; stdout: string}>(resolve => {
		execFile(
			'unshare',
			args,
			{
				cwd: fileURLToPath(new URL('../..', import.meta.url)),
				env: {PATH: process.env.PATH},
				...(process.getuid?.() === 0 ? {uid: someone, gid: someone} : {}),
			},
			(error, stdout) => resolve({error, stdout}),
		);
	});
	if (error !== null && stdout === '') {
		context.skip('needs namespaces of users');
		return;
	}

	assert.equal(stdout, 'saved ode\n');
});
