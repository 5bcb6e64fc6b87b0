import {stat} from 'node:fs/promises';
import {isMissing} from '../system/errors.ts';
import {readFileWithin} from '../system/files.ts';
import type {DerivedKey} from './encryption.ts';
import {seal, unseal} from './encryption.ts';
import {readEnvelope, writeEnvelope} from './envelope.ts';
import {Damage, failureOf} from './failures.ts';
import type {Keyring} from './keyring.ts';
import {isObject, parseState} from './parse.ts';
import {fieldsOf, type State} from './state.ts';

/** A file as it was read. */
export type FileBytes = {
	bytes: Buffer;
	/** Changes whenever the file is replaced or changed. */
	stamp: string;
	/** True where the file was changed so shortly before it was read that a further change may show the same stamp. */
	fresh: boolean;
};

/** A state, and what it was decrypted with; `null` where it stands in plain text. */
export type Opened = {state: State; key: DerivedKey | null};

/** A file whose time of change is nearer than this to when it was read may change again unnoticed; milliseconds. */
const coarsestClock = 100;

/** No keystore is as large as this: 10,000 bots take a few megabytes. Bytes. */
const largest = 256 * 1024 * 1024;

/** Reads a file in one piece; `null` where there is none. @throws `keystore-unreadable` */
export async function readBytes(path: string): Promise<FileBytes | null> {
	try {
		const {bytes, stats} = await readFileWithin(path, {most: largest});
		return {bytes, stamp: stampOf(stats), fresh: Number(stats.mtimeMs) > Date.now() - coarsestClock};
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw failureOf(error, 'read', path);
	}
}

/** The stamp of a file as it is now; `null` where there is none. @throws `keystore-unreadable` */
export async function stampNow(path: string): Promise<string | null> {
	try {
		return stampOf(await stat(path, {bigint: true}));
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw failureOf(error, 'read', path);
	}
}

type Stamped = {dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint; ctimeNs: bigint};

/** Tells two states of a file apart without reading them. */
export function stampOf({dev, ino, size, mtimeNs, ctimeNs}: Stamped): string {
	return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

/**
 * Opens the bytes of a keystore or of a backup.
 * @param path for messages.
 * @param ask whether there is time to ask for a passphrase.
 * @throws `Damage`, `keystore-newer`, `keystore-passphrase`
 */
export async function openBytes(
	bytes: Buffer,
	path: string,
	keyring: Keyring,
	ask: boolean,
): Promise<Opened> {
	const envelope = readEnvelope(bytes, path);
	if (!envelope.encrypted) {
		return {state: parseState(envelope.fields), key: null};
	}

	const key = await keyring.keyFor(envelope.sealed, ask);
	const fields: unknown = JSON.parse(unseal(envelope.sealed, key));
	if (!isObject(fields)) {
		throw new Damage('it is JSON, but not a keystore');
	}

	return {state: parseState(fields), key};
}

/** A state as the bytes of a file. @throws TypeError for a state that could not be read back: a mistake of this program. */
export function bytesOf({state, key}: Opened): Buffer {
	const fields = assertGood(fieldsOf(state));
	return key === null
		? writeEnvelope({encrypted: false, fields})
		: writeEnvelope({encrypted: true, sealed: seal(JSON.stringify(fields), key)});
}

/** The very fields, if they can be read back. @throws TypeError otherwise: a mistake of this program. */
export function assertGood(fields: Record<string, unknown>): Record<string, unknown> {
	try {
		parseState(fields);
		return fields;
	} catch (error) {
		throw new TypeError(`Not saved: ${error instanceof Damage ? error.message : 'not a keystore'}`);
	}
}
