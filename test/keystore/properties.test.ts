import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {inspect} from 'node:util';
import fc from 'fast-check';
import {FlockError} from '../../source/flock/error.ts';
import {fileNameOf} from '../../source/keystore/disk/place.ts';
import {Damage} from '../../source/keystore/form/damage.ts';
import {deriveKey, newDerivation, seal, unseal} from '../../source/keystore/form/encryption.ts';
import {openKeyring} from '../../source/keystore/keyring.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {bytesOf, openerOf} from '../../source/keystore/opened.ts';
import type {State} from '../../source/keystore/state.ts';
import {runs} from '../helpers/thorough.ts';
import {anyState, anyText} from './arbitraries.ts';
import {cheapScrypt, newKeystore, practiceIdentity, practiceRecord} from './support.ts';

const identity = practiceIdentity();
const ringOf = () => openKeyring({provider: undefined, file: 'practice', cost: cheapScrypt});
const openPlain = openerOf(identity, ringOf());

test('whatever is stored is read back equal', async () => {
	await fc.assert(
		fc.asyncProperty(anyState, async stored => {
			const opened = await openPlain(bytesOf({identity, state: stored, key: null}), 'practice', true);
			assert.deepEqual(plainly(opened.state), plainly(stored));
		}),
		{numRuns: runs(300)},
	);
});

test('whatever is stored encrypted is read back equal, and shows no part of itself', async () => {
	const keyring = ringOf();
	const derived = await keyring.make('words');
	const open = openerOf(identity, keyring);
	await fc.assert(
		fc.asyncProperty(anyState, async stored => {
			const bytes = bytesOf({identity, state: stored, key: derived});
			const opened = await open(bytes, 'practice', true);
			assert.equal(opened.key, derived);
			assert.deepEqual(plainly(opened.state), plainly(stored));
			assert.doesNotMatch(bytes.toString(), /bot:|accessToken|wantedAccess/);
		}),
		{numRuns: runs(200)},
	);
});

test('no change to a single byte of an encrypted text goes unnoticed', async () => {
	const derived = await deriveKey('words', newDerivation(cheapScrypt));
	const sealed = seal('practice', derived, identity);
	fc.assert(
		fc.property(
			fc.constantFrom('iv', 'tag', 'salt', 'check', 'data'),
			fc.nat(),
			fc.integer({min: 1, max: 255}),
			(field, at, flip) => {
				const bytes = Buffer.from(field === 'data' ? sealed.data : sealed.encryption[field], 'base64');
				bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
				const text = bytes.toString('base64');
				const changed =
					field === 'data'
						? {...sealed, data: text}
						: {...sealed, encryption: {...sealed.encryption, [field]: text}};
				assert.throws(() => unseal(changed, derived, identity), Damage);
			},
		),
		{numRuns: runs(200)},
	);
	assert.equal(unseal(sealed, derived, identity), 'practice');
	for (const other of [{id: 'f'.repeat(32)}, {flock: 'kettle'}, {kind: 'practice'}, {counter: 2}] as const) {
		assert.throws(() => unseal(sealed, derived, {...identity, ...other}), Damage);
	}
});

test('any damage to a keystore file is noticed, explained without a secret, and never written over', async context => {
	const {place, keystore} = newKeystore(context);
	await keystore.update('ode', () => practiceRecord('ode'));
	const good = readFileSync(keystore.path);
	const damaged = fc.oneof(
		fc.tuple(fc.nat({max: good.length - 1}), fc.integer({min: 1, max: 255})).map(([at, flip]) => {
			const bytes = Buffer.from(good);
			bytes[at] = (bytes[at] ?? 0) ^ flip;
			return bytes;
		}),
		fc.nat({max: good.length - 2}).map(length => good.subarray(0, length)),
		fc
			.tuple(fc.nat({max: good.length - 1}), fc.uint8Array({minLength: 1, maxLength: 20}))
			.map(([at, more]) => Buffer.concat([good.subarray(0, at), more, good.subarray(at)])),
		fc.uint8Array({maxLength: 200}).map(bytes => Buffer.from(bytes)),
		fc.json().map(text => Buffer.from(text)),
		fc
			.tuple(fc.nat({max: good.length - 1}), fc.integer({min: 1, max: 50}))
			.map(([at, length]) => Buffer.concat([good.subarray(0, at), good.subarray(at + length)])),
	);
	await fc.assert(
		fc.asyncProperty(damaged, fc.boolean(), async (bytes, write) => {
			fc.pre(!bytes.equals(good));
			writeFileSync(keystore.path, bytes);
			const fresh = openKeystore(place);
			const attempt = write ? fresh.update('ode', () => null) : fresh.list();
			await assert.rejects(attempt, (error: unknown) => {
				assert.ok(error instanceof FlockError, String(error));
				assert.match(error.code, /^keystore-damaged$/);
				assert.doesNotMatch(inspect(error, {showHidden: true, depth: 9}), /practice-(secret|token)/);
				return true;
			});
			assert.deepEqual(readFileSync(keystore.path), bytes);
		}),
		{numRuns: runs(300)},
	);
});

test('different flocks have different files, whose names every system takes', () => {
	const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
	fc.assert(
		fc.property(anyText, anyText, (one, other) => {
			const name = fileNameOf(one);
			assert.equal(name === fileNameOf(other), one === other);
			assert.ok(name.length > 0 && Buffer.byteLength(name) <= 96);
			assert.ok(name.isWellFormed());
			assert.doesNotMatch(name, /[\p{Cc}/\\:*?"<>|]|^[. ]|[. ]$/u);
			assert.doesNotMatch(name, device);
		}),
		{numRuns: runs(1000)},
	);
});

/** Maps as lists, whose names are compared exactly, prototype or not. */
function plainly({poems, savedApp, apps, records}: State) {
	return {poems, savedApp, apps: [...apps], records: [...records]};
}
