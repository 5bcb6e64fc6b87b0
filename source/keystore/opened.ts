import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {Damage} from './form/damage.ts';
import {type DerivedKey, seal, unseal} from './form/encryption.ts';
import {readEnvelope, writeEnvelope} from './form/envelope.ts';
import {type Identity, isSameFlock, type Label} from './form/identity.ts';
import {parseState} from './form/parse.ts';
import type {Keyring} from './keyring.ts';
import {fieldsOf, type State} from './state.ts';

/** What stands in a file. */
export type Opened = {
	identity: Identity;
	state: State;
	/** Its encryption key; `null` if it is in plain text. */
	key: DerivedKey | null;
};

/**
 * Opens the bytes of a keystore or backup.
 * @param path for messages.
 * @param ask whether there is time to ask for a passphrase.
 * @throws `Damage`, `keystore-newer`, `keystore-passphrase`, `keystore-other-flock`
 */
export type Open = (bytes: Buffer, path: string, ask: boolean) => Promise<Opened>;

/** Opens a flock's files with this run's keys. */
export function openerOf(label: Label, keyring: Keyring): Open {
	return async (bytes, path, ask) => {
		const envelope = readEnvelope(bytes, path);
		const {identity} = envelope;
		assertLabel(identity, label, path);
		if (!envelope.encrypted) {
			return {identity, state: parseState(envelope.state), key: null};
		}

		const key = await keyring.keyFor(envelope.sealed, ask);
		return {identity, state: parseState(JSON.parse(unseal(envelope.sealed, key, identity))), key};
	};
}

function assertLabel(identity: Identity, {flock, kind}: Label, path: string): void {
	const hint = 'Nothing was changed. `keymaker restore` lists the backups of the right one.';
	if (identity.kind !== kind) {
		const [is, due] =
			identity.kind === 'practice' ? ['practice keys', 'real keys'] : ['real keys', 'practice keys'];
		throw new FlockError('keystore-other-flock', `The keystore ${visible(path)} holds ${is}, not ${due}.`, {
			hint: `Something put the wrong file there. ${hint}`,
		});
	}

	if (!isSameFlock(identity.flock, flock)) {
		throw new FlockError(
			'keystore-other-flock',
			`The keystore ${visible(path)} belongs to another flock, ${visible(identity.flock)}.`,
			{hint: `Was a file renamed or replaced? Each flock’s file keeps its name. ${hint}`},
		);
	}
}

/** A file's contents as bytes. @throws TypeError for a state that could not be read back, a bug in this program. */
export function bytesOf({identity, state, key}: Opened): Buffer {
	const fields = fieldsOf(state);
	assertGood(fields);
	return writeEnvelope(
		key === null
			? {encrypted: false, identity, state: fields}
			: {encrypted: true, identity, sealed: seal(JSON.stringify(fields), key, identity)},
	);
}

function assertGood(fields: unknown): void {
	try {
		parseState(fields);
	} catch (error) {
		throw new TypeError(`Not saved: ${error instanceof Damage ? error.message : 'not a keystore'}`);
	}
}
