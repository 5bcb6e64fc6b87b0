import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {isRecipient, newIdentity, openWith, recipientOf, sealTo} from '../../source/system/age.ts';
import {openIdentity} from '../../source/system/identity.ts';
import {whyMissing} from '../helpers/installed.ts';

let folder = '';
before(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'keymaker-age-'));
});
after(() => rmSync(folder, {recursive: true, force: true}));

const plain = Buffer.from('not-a-real-key\n');

describe('the standard age', {skip: whyMissing('age-keygen') || whyMissing('age')}, () => {
	/** An identity that age-keygen made, as a file, and its recipient. */
	function keygen(name: string): {file: string; recipient: string} {
		const file = path.join(folder, name);
		execFileSync('age-keygen', ['-o', file], {stdio: 'pipe'});
		return {file, recipient: execFileSync('age-keygen', ['-y', file]).toString().trim()};
	}

	test('opens what keymaker sealed to identities of both programs', async () => {
		const ours = openIdentity(path.join(folder, 'ours.txt'));
		const recipient = await ours.make();
		const theirs = keygen('theirs.txt');
		const file = path.join(folder, 'sealed');
		writeFileSync(file, await sealTo([recipient, theirs.recipient], plain));
		for (const identity of [ours.file, theirs.file]) {
			assert.deepEqual(execFileSync('age', ['-d', '-i', identity, file]), plain);
		}
	});

	test('derives the same recipient from an identity as keymaker', async () => {
		const ours = openIdentity(path.join(folder, 'same.txt'));
		const recipient = await ours.make();
		assert.equal(execFileSync('age-keygen', ['-y', ours.file]).toString().trim(), recipient);
		const theirs = keygen('other.txt');
		const {
			secrets: [secret = ''],
		} = await openIdentity(theirs.file).read();
		assert.equal(await recipientOf(secret), theirs.recipient);
		assert.equal(isRecipient(theirs.recipient), true);
	});

	test('seals what keymaker opens with an identity of age-keygen, armoured or not', async () => {
		const {file, recipient} = keygen('reading.txt');
		const {secrets: identities} = await openIdentity(file).read();
		for (const args of [[], ['--armor']]) {
			const sealed = execFileSync('age', [...args, '-r', recipient], {input: plain});
			assert.deepEqual(await openWith(identities, sealed), plain);
		}
	});
});

test('sealed bytes do not open if they were sealed to others or changed', async () => {
	const [one, other] = [await newIdentity(), await newIdentity()];
	const sealed = await sealTo([await recipientOf(one)], plain);
	assert.deepEqual(await openWith([other, one], sealed), plain);
	assert.equal(await openWith([other], sealed), null);
	const changed = Buffer.from(sealed);
	changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
	assert.equal(await openWith([one], changed), null);
});

test('only an exact X25519 recipient is a recipient: no typo, no identity, no other kind', async () => {
	const identity = await newIdentity();
	const recipient = await recipientOf(identity);
	const slip = recipient.replace(/.$/, last => (last === 'q' ? 'p' : 'q'));
	assert.equal(isRecipient(recipient), true);
	for (const wrong of [
		slip,
		identity,
		'',
		'age1',
		`${recipient} `,
		recipient.toUpperCase(),
		'ssh-ed25519 AAAA',
	]) {
		assert.equal(isRecipient(wrong), false, wrong);
	}
});

test('an identity’s file has the format of age-keygen', async () => {
	const made = openIdentity(path.join(folder, 'form.txt'));
	const recipient = await made.make();
	assert.match(
		readFileSync(made.file, 'utf8'),
		new RegExp(`^# [^\\n]*\\n# public key: ${recipient}\\nAGE-SECRET-KEY-1[0-9A-Z]{58}\\n$`),
	);
});
