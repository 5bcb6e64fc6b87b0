import {closeSync, fsyncSync, openSync, rmSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import {codeOf, isMissing} from './errors.ts';
import {makeFolders, readFileWithin, reasonOf} from './files.ts';
import {othersMayReplaceIn, strangerOn} from './places.ts';

/** What this computer opens sealed things with. Its file is in age's form, as `age-keygen` writes it. */
export type Identity = {
	/** An absolute path. */
	readonly file: string;
	/** Looks whether there is one, and opens nothing. */
	exists(): boolean;
	/** The secret lines. @throws FlockError `no-identity`, `identity-unsafe`, `identity-unreadable` */
	read(): Promise<string[]>;
	/** Makes one where there is none. @returns its recipient. @throws FlockError `identity-exists`, `identity-unsafe`, `identity-unwritable` */
	make(): Promise<string>;
};

/** No file of identities is larger; bytes. */
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

async function read(file: string): Promise<string[]> {
	const found = await readFileWithin(file, {most, ours: true}).catch(error => {
		throw isMissing(error) ? none(file) : unreadable(file, reasonOf(error), error);
	});
	const {mode, uid} = found.stats;
	// What belongs to root is a secret that was mounted for this program, and not ours to close.
	if (process.platform !== 'win32' && uid === BigInt(process.getuid?.() ?? 0) && (mode & 0o077n) !== 0n) {
		throw unsafe(
			`${visible(file)} can be read by other users of this computer`,
			`Close it to them: chmod 600 ${shellWord(file)}`,
		);
	}

	const lines = found.bytes.toString().split(/\r?\n/);
	const secrets = lines.map(line => line.trim()).filter(line => line !== '' && !line.startsWith('#'));
	if (secrets.length === 0 || !secrets.every(line => /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/.test(line))) {
		throw unreadable(file, 'it holds something else than lines that begin with AGE-SECRET-KEY-1');
	}

	return secrets;
}

async function make(file: string): Promise<string> {
	const {newIdentity, recipientOf} = await import('./age.ts');
	const secret = await newIdentity();
	const recipient = await recipientOf(secret);
	try {
		refuseStranger(file);
		await makeFolders(path.dirname(file));
		refuseShared(path.dirname(file));
		write(file, `# made by keymaker host init\n# public key: ${recipient}\n${secret}\n`);
	} catch (error) {
		if (codeOf(error) === 'EEXIST') {
			throw await existing(file);
		}

		throw error instanceof FlockError ? error : unwritable(file, error);
	}

	return recipient;
}

/** A new file, which follows no link, and is there whole or not at all. */
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

/** Root writes only where nobody else can exchange what it writes. */
function refuseStranger(file: string): void {
	const stranger = strangerOn(file);
	if (stranger !== null) {
		const {path: place, uid} = stranger;
		const why = uid === null ? 'can be written by other users' : `belongs to another user (${uid})`;
		throw unsafe(
			`${visible(place)} ${why}`,
			'Name another file in KEYMAKER_IDENTITY, in a folder of your own.',
		);
	}
}

function refuseShared(folder: string): void {
	if (process.platform !== 'win32' && othersMayReplaceIn(statSync(folder), 'save')) {
		throw unsafe(
			`${visible(folder)} can be written by other users of this computer`,
			`Close it to them (chmod go-w ${shellWord(folder)}), or name another file in KEYMAKER_IDENTITY.`,
		);
	}
}

async function existing(file: string): Promise<FlockError> {
	const recipients = await read(file)
		.then(async secrets => Promise.all(secrets.map((await import('./age.ts')).recipientOf)))
		.catch(() => []);
	return new FlockError('identity-exists', `This computer has an identity already: ${visible(file)}.`, {
		hint:
			recipients.length === 0
				? 'It was left as it is. Whatever is sealed to it opens with nothing else.'
				: `It was left as it is. Grant bots to ${recipients.join(' or ')}.`,
	});
}

/** The error of a computer without an identity. */
function none(file: string): FlockError {
	return new FlockError('no-identity', `This computer has no identity: there is no ${visible(file)}.`, {
		hint: '`keymaker host init` makes one; KEYMAKER_IDENTITY names another file.',
	});
}

function unsafe(what: string, hint: string): FlockError {
	return new FlockError('identity-unsafe', `${what}.`, {hint});
}

function unreadable(file: string, reason: string, cause?: unknown): FlockError {
	return new FlockError('identity-unreadable', `The identity ${visible(file)} cannot be read: ${reason}.`, {
		hint: 'Name the file that `keymaker host init` or age-keygen made in KEYMAKER_IDENTITY.',
		cause,
	});
}

function unwritable(file: string, error: unknown): FlockError {
	return new FlockError('identity-unwritable', `${visible(file)} cannot be written (${codeOf(error)}).`, {
		hint: 'Nothing was made. Name another file in KEYMAKER_IDENTITY.',
		cause: error,
	});
}
