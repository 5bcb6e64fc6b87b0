import {isUtf8} from 'node:buffer';
import {crc32} from 'node:zlib';
import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import {Damage} from './damage.ts';
import type {Sealed} from './encryption.ts';
import {parseSealed} from './encryption.ts';
import {isObject} from './fault.ts';
import {type Identity, identityFault} from './identity.ts';
import {type Marker, markerFault, movedError} from './marker.ts';
import {good} from './parse.ts';

/** The format version that this program reads and writes. */
export const fileVersion = 1;

/** A keystore file's contents before decryption and further parsing. */
export type Envelope = {identity: Identity} & (
	| {encrypted: false; state: unknown}
	| {encrypted: true; sealed: Sealed}
);

/** A file that only says where its flock is now. */
export type Moved = {identity: Identity; moved: Marker};

/** How every file of every version begins. The checksum covers everything but its own digits. */
const head = /^\{\n\t"version": \d+,\n\t"checksum": "([0-9a-f]{8})",\n/;

/** The number of a checksum's digits. */
const digits = 8;

/** A file's bytes: JSON that begins with the format version and a checksum of the rest. */
export function writeEnvelope(envelope: Envelope | Moved): Buffer {
	const {identity} = envelope;
	const body = bodyOf(envelope);
	const value = {version: fileVersion, checksum: '0'.repeat(digits), keystore: identity, ...body};
	const bytes = Buffer.from(`${JSON.stringify(value, null, '\t')}\n`);
	putChecksum(bytes);
	return bytes;
}

function bodyOf(envelope: Envelope | Moved): object {
	if ('moved' in envelope) {
		return {moved: envelope.moved};
	}

	return envelope.encrypted ? envelope.sealed : {state: envelope.state};
}

/** Reads the bytes of a file that holds a flock. @throws as `readFile` does, and `keystore-moved` for one that says where it is */
export function readEnvelope(bytes: Buffer, path: string): Envelope {
	const found = readFile(bytes, path);
	if ('moved' in found) {
		throw movedError(path, found.identity.flock, found.moved);
	}

	return found;
}

/**
 * Reads a file's bytes. Checks the checksum before anything else, so any damage is reported as damage. A
 * changed byte is always noticed: a secret with one wrong letter looks like a secret, but never works.
 * @throws `Damage`, and `keystore-newer` for a file that a later version of this program wrote.
 */
export function readFile(bytes: Buffer, path: string): Envelope | Moved {
	const text = textOf(bytes);
	const value = jsonOf(text);
	if (!isObject(value)) {
		throw new Damage('it is JSON, but not a keystore');
	}

	const found = findChecksum(text);
	if (found === null || found.checksum !== checksumOf(bytes, found.at)) {
		throw new Damage('its contents do not match its checksum: something changed it after the last save');
	}

	const {version, checksum: _, keystore, ...body} = value;
	if (typeof version === 'number' && Number.isInteger(version) && version > fileVersion) {
		throw new FlockError('keystore-newer', `A newer keymaker wrote the keystore ${visible(path)}.`, {
			hint: 'Nothing was changed. Update keymaker.',
		});
	}

	if (version !== fileVersion) {
		throw new Damage('its format version is missing');
	}

	const identity = good<Identity>(keystore, identityFault, 'keystore');
	if ('encryption' in body) {
		return {encrypted: true, identity, sealed: parseSealed(body)};
	}

	if (Object.keys(body).join() === 'moved') {
		return {identity, moved: good<Marker>(body.moved, markerFault, 'moved')};
	}

	if (Object.keys(body).join() !== 'state') {
		throw new Damage('it is JSON, but not a keystore');
	}

	return {encrypted: false, identity, state: body.state};
}

/**
 * Corrects a file's checksum in its bytes.
 * @returns false if the file does not begin like one.
 */
export function putChecksum(bytes: Buffer): boolean {
	const found = findChecksum(bytes.toString('latin1', 0, longestHead));
	if (found === null) {
		return false;
	}

	bytes.write(checksumOf(bytes, found.at), found.at);
	return true;
}

/** The longest head of a file; characters. */
const longestHead = 200;

/** A file's checksum and its position; `null` if there is none. */
function findChecksum(text: string): {checksum: string; at: number} | null {
	const [start, checksum] = head.exec(text) ?? [];
	return start === undefined || checksum === undefined
		? null
		: {checksum, at: start.length - '",\n'.length - digits};
}

/**
 * The CRC-32 of a file's bytes, without the checksum's own digits. It detects damage; no checksum stops an
 * attacker. A hash would cost every start the time to load Node's hashes.
 */
function checksumOf(bytes: Buffer, at: number): string {
	const sum = crc32(bytes.subarray(at + digits), crc32(bytes.subarray(0, at)));
	return sum.toString(16).padStart(digits, '0');
}

function textOf(bytes: Buffer): string {
	if (bytes.length === 0) {
		throw new Damage('it is empty');
	}

	if (bytes.every(byte => byte === 0)) {
		throw new Damage('it has only zero bytes');
	}

	if (!isUtf8(bytes)) {
		throw new Damage('it is not UTF-8 text');
	}

	const text = bytes.toString();
	if (text.startsWith('\uFEFF')) {
		throw new Damage('it begins with a byte order mark, which an editor added');
	}

	return text;
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new Damage(
			text.trimEnd().endsWith('}') ? 'it is not valid JSON' : 'it is not valid JSON: its end is missing',
		);
	}
}
