import {closeSync, fsyncSync, openSync, rmSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import {codeOf, isMissing} from './errors.ts';
import {makeFolders, readFileWithin, reasonOf} from './files.ts';
import {othersMayReplaceIn, strangerOn} from './places.ts';

/** What a file of identities holds. */
export type Identities = {
	/** Each identity, `AGE-SECRET-KEY-1…`. Secret. */
	secrets: readonly string[];
	/** The recipient of each, `age1…`. */
	recipients: readonly string[];
};

/** This computer's identity, in a file like those of `age-keygen`. */
export type Identity = {
	/** An absolute path. */
	readonly file: string;
	/** Whether the file exists, without opening it. */
	exists(): boolean;
	/** @throws FlockError `no-identity`, `identity-unsafe`, `identity-unreadable` */
	read(): Promise<Identities>;
	/** Creates the file if there is none. @returns its recipient. @throws FlockError `identity-exists`, `identity-unsafe`, `identity-unwritable` */
	make(): Promise<string>;
};

/** The largest identity file that keymaker reads; bytes. */
const most = 100_000;

/** @param file an absolute path; nothing is read yet. */
export function openIdentity(file: string): Identity {
	return {
		file,
		exists: () => statSync(file, {throwIfNoEntry: false}) !== undefined,
		read: () => read(file),
		make: () => make(file),
	};
}

async function read(file: string): Promise<Identities> {
	const found = await readFileWithin(file, {most, ours: true}).catch(error => {
		throw isMissing(error) ? none(file) : unreadable(file, reasonOf(error), error);
	});
	const {mode, uid} = found.stats;
	// A file of root's was mounted for this program, which cannot change its mode.
	if (process.platform !== 'win32' && uid === BigInt(process.getuid?.() ?? 0) && (mode & 0o077n) !== 0n) {
		throw unsafe(
			`${visible(file)} is readable by other users of this computer`,
			`Run chmod 600 ${shellWord(file)}`,
		);
	}

	const lines = found.bytes.toString().split(/\r?\n/);
	const secrets = lines.map(line => line.trim()).filter(line => line !== '' && !line.startsWith('#'));
	if (secrets.length === 0 || !secrets.every(line => /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/.test(line))) {
		throw notAge(file);
	}

	const {recipientOf} = await import('./age.ts');
	const recipients = await Promise.all(secrets.map(recipientOf)).catch(() => {
		throw notAge(file);
	});
	return {secrets, recipients};
}

/** The error for text that `age` would not take; age's own error may quote it. */
function notAge(file: string): FlockError {
	return unreadable(file, 'it is not an identity in age’s format');
}

async function make(file: string): Promise<string> {
	const {newIdentity, recipientOf} = await import('./age.ts');
	const secret = await newIdentity();
	const recipient = await recipientOf(secret);
	try {
		refuseStranger(file);
		await makeFolders(path.dirname(file));
		refuseShared(path.dirname(file));
		write(file, `# created by keymaker host init\n# public key: ${recipient}\n${secret}\n`);
	} catch (error) {
		if (codeOf(error) === 'EEXIST') {
			throw await existing(file);
		}

		throw error instanceof FlockError ? error : unwritable(file, error);
	}

	return recipient;
}

/** Writes a new file, whole or not at all, and follows no link. */
function write(file: string, text: string): void {
	const handle = openSync(file, 'wx', 0o600);
	try {
		writeFileSync(handle, text);
		fsyncSync(handle);
	} catch (error) {
		rmSync(file, {force: true});
		throw error;
	} finally {
		closeSync(handle);
	}
}

/** Root writes only where nobody else can replace the file. */
function refuseStranger(file: string): void {
	const stranger = strangerOn(file);
	if (stranger !== null) {
		const {path: place, uid} = stranger;
		const why = uid === null ? 'is writable by other users' : `belongs to another user (${uid})`;
		throw unsafe(`${visible(place)} ${why}`, 'Set KEYMAKER_IDENTITY to a file in a folder of your own.');
	}
}

function refuseShared(folder: string): void {
	if (process.platform !== 'win32' && othersMayReplaceIn(statSync(folder), 'save')) {
		throw unsafe(
			`${visible(folder)} is writable by other users of this computer`,
			`Run chmod go-w ${shellWord(folder)}, or set KEYMAKER_IDENTITY to a file elsewhere.`,
		);
	}
}

async function existing(file: string): Promise<FlockError> {
	const what = await read(file)
		.then(({recipients}) => `Its recipient is ${recipients.join(' or ')}.`)
		.catch((error: unknown) =>
			error instanceof FlockError
				? `Keep the file: nothing else opens what was sealed to it. ${error.message} ${error.hint}`
				: 'Keep the file: nothing else opens what was sealed to it.',
		);
	return new FlockError('identity-exists', `This computer already has an identity: ${visible(file)}.`, {
		hint: `Nothing was changed. ${what}`,
	});
}

/** The error for a computer without an identity. */
function none(file: string): FlockError {
	return new FlockError('no-identity', `This computer has no identity: ${visible(file)} does not exist.`, {
		hint: 'Create one with `keymaker host init`, or set KEYMAKER_IDENTITY to another file.',
	});
}

function unsafe(what: string, hint: string): FlockError {
	return new FlockError('identity-unsafe', `${what}.`, {hint});
}

function unreadable(file: string, reason: string, cause?: unknown): FlockError {
	return new FlockError('identity-unreadable', `Cannot read the identity ${visible(file)}: ${reason}.`, {
		hint: 'Set KEYMAKER_IDENTITY to a file that `keymaker host init` or age-keygen created.',
		cause,
	});
}

function unwritable(file: string, error: unknown): FlockError {
	return new FlockError('identity-unwritable', `Cannot write ${visible(file)} (${codeOf(error)}).`, {
		hint: 'Nothing was created. Set KEYMAKER_IDENTITY to another file.',
		cause: error,
	});
}
