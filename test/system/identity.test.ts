import assert from 'node:assert/strict';
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {FlockError} from '../../source/flock/error.ts';
import {openIdentity} from '../../source/system/identity.ts';

let folder = '';
let file = '';
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'keymaker-identity-'));
	file = path.join(folder, 'settings', 'identity.txt');
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

const withCode = (code: string) => (error: unknown) => error instanceof FlockError && error.code === code;
const skip = process.platform === 'win32' ? 'needs permissions as Unix has them' : false;

test('only the owner can read a new identity and its folder', {skip}, async () => {
	const identity = openIdentity(file);
	assert.equal(identity.exists(), false);
	const mask = process.umask(0);
	try {
		assert.match(await identity.make(), /^age1[a-z0-9]{58}$/);
	} finally {
		process.umask(mask);
	}

	assert.equal(identity.exists(), true);
	assert.deepEqual([statSync(file).mode & 0o777, statSync(path.dirname(file)).mode & 0o777], [0o600, 0o700]);
});

test('a second identity is refused with the recipient of the first, which stays unchanged', async () => {
	const identity = openIdentity(file);
	const recipient = await identity.make();
	const before = readFileSync(file);
	await assert.rejects(identity.make(), (error: unknown) => {
		assert.ok(error instanceof FlockError);
		assert.equal(error.code, 'identity-exists');
		assert.match(error.hint, new RegExp(recipient));
		return true;
	});
	assert.deepEqual(readFileSync(file), before);
});

test('of two identities created at once, one is refused', async () => {
	const all = await Promise.allSettled([openIdentity(file).make(), openIdentity(file).make()]);
	assert.deepEqual(all.map(({status}) => status).sort(), ['fulfilled', 'rejected']);
	assert.equal((await openIdentity(file).read()).secrets.length, 1);
});

test('an identity is never created through a link, even a dangling one', {skip}, async () => {
	mkdirSync(path.dirname(file), {mode: 0o700});
	const target = path.join(folder, 'target');
	symlinkSync(target, file);
	await assert.rejects(openIdentity(file).make(), withCode('identity-exists'));
	assert.throws(() => statSync(target));
});

test('an identity is never created in a folder that others can write to', {skip}, async () => {
	mkdirSync(path.dirname(file));
	chmodSync(path.dirname(file), 0o777);
	await assert.rejects(openIdentity(file).make(), withCode('identity-unsafe'));
	assert.throws(() => statSync(file));
});

test('an identity that others can read is refused until chmod 600', {skip}, async () => {
	const identity = openIdentity(file);
	await identity.make();
	chmodSync(file, 0o640);
	await assert.rejects(identity.read(), withCode('identity-unsafe'));
	chmodSync(file, 0o600);
	assert.equal((await identity.read()).secrets.length, 1);
});

test('the error for a file that is not an identity never shows its contents', async () => {
	const identity = openIdentity(file);
	await assert.rejects(identity.read(), withCode('no-identity'));
	mkdirSync(path.dirname(file), {mode: 0o700});
	for (const text of ['', '# a comment\n', 'not-a-real-secret\n', 'AGE-SECRET-KEY-1SHORT\n']) {
		writeFileSync(file, text, {mode: 0o600});
		await assert.rejects(identity.read(), (error: unknown) => {
			assert.ok(error instanceof FlockError);
			assert.equal(error.code, 'identity-unreadable');
			assert.equal(`${error.message} ${error.hint}`.includes('not-a-real-secret'), false);
			return true;
		});
	}
});
