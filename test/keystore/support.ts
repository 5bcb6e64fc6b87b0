import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {TestContext} from 'node:test';
import {fileURLToPath} from 'node:url';
import {FlockError} from '../../source/flock/error.ts';
import {type BotRecord, emptyRecord, type Key} from '../../source/flock/key.ts';
import type {KeystoreOptions} from '../../source/keystore/core.ts';
import type {Identity} from '../../source/keystore/form/identity.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {fromSource} from '../helpers/from-source.ts';
import {until} from '../helpers/until.ts';

/** Cheap enough for tests. */
export const cheapScrypt = {N: 1024, r: 8, p: 1};

/** A temporary folder that goes when the test ends. */
export function temporaryFolder(context: TestContext): string {
	const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'keymaker-keystore-')));
	context.after(() => rmSync(folder, {recursive: true, force: true, maxRetries: 3}));
	return folder;
}

/** A poems folder and the options of a keystore for it that does not exist yet. */
export function newPlace(context: TestContext): KeystoreOptions & {root: string; poems: string} {
	const root = temporaryFolder(context);
	const poems = path.join(root, 'poems');
	mkdirSync(poems);
	// However busy the computer is, a save waits for another program's.
	const patience = 600_000;
	return {root, folder: path.join(root, 'keys'), flock: 'harbour', poems, scrypt: cheapScrypt, patience};
}

/** A keystore of its own for a test. */
export function newKeystore(context: TestContext, options: Partial<Omit<KeystoreOptions, 'poems'>> = {}) {
	const place = {...newPlace(context), ...options};
	return {place, keystore: openKeystore(place)};
}

/** A key that is obviously none. */
export function practiceKey(name: string, change: Partial<Key> = {}): Key {
	return {
		accessToken: `12-practice-token-${name}`,
		accessSecret: `practice-secret-${name}`,
		userId: '12',
		handle: 'harbour_poem',
		consumerKey: 'practice-app',
		accessLevel: 'read-write',
		authorizedAt: '2026-11-25T00:00:00.000Z',
		checkedAt: null,
		rejected: false,
		...change,
	};
}

/** The pair of the app that `practiceKey` was made with. */
export const practiceApp = {consumerKey: 'practice-app', consumerSecret: 'practice-app-secret'};

/** The identity of the keystores that tests make. */
export function practiceIdentity(change: Partial<Identity> = {}): Identity {
	return {id: '0123456789abcdef'.repeat(2), flock: 'harbour', kind: 'x', counter: 1, ...change};
}

/** A record with a key in force. */
export function practiceRecord(name: string, change: Partial<BotRecord> = {}): BotRecord {
	return {...emptyRecord, key: practiceKey(name), ...change};
}

/** Matches a `FlockError` of a code, for `assert.rejects`. */
export function coded(code: string): (error: unknown) => true {
	return error => {
		if (!(error instanceof FlockError) || error.code !== code) {
			throw error;
		}

		return true;
	};
}

/** The permission bits of a path, in octal. */
export function modeOf(target: string): string {
	return (statSync(target).mode & 0o777).toString(8);
}

/** Every file below a folder, with its bytes; what goes while it is looked at is not among them. */
export function filesBelow(folder: string): Map<string, Buffer> {
	const files = new Map<string, Buffer>();
	const look = (place: string) => {
		for (const entry of orGone(() => readdirSync(place, {withFileTypes: true})) ?? []) {
			const target = path.join(place, entry.name);
			const bytes = entry.isFile() ? orGone(() => readFileSync(target)) : null;
			if (bytes !== null) {
				files.set(target, bytes);
			} else if (entry.isDirectory()) {
				look(target);
			}
		}
	};
	look(folder);
	return files;
}

/** What a look finds; `null` where a program has removed it meanwhile. */
function orGone<T>(look: () => T): T | null {
	try {
		return look();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
			return null;
		}

		throw error;
	}
}

/** A second process that works on a keystore as `worker.ts` does. */
export function startWorker(context: TestContext, task: object, options: {uid?: number} = {}) {
	const file = fileURLToPath(new URL('worker.ts', import.meta.url));
	const child: ChildProcess = spawn(process.execPath, [...fromSource, file, JSON.stringify(task)], {
		cwd: fileURLToPath(new URL('../..', import.meta.url)),
		stdio: ['pipe', 'pipe', 'inherit'],
		...(options.uid === undefined ? {} : {uid: options.uid, gid: options.uid}),
	});
	let output = '';
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		output += text;
	});
	context.after(() => child.kill('SIGKILL'));
	const ended = once(child, 'close');
	return {
		child,
		ended,
		/** The lines it has printed. */
		lines: () => output.split('\n').slice(0, -1),
		/** Waits until it has printed a line. */
		async printed(line: string): Promise<void> {
			await until(() => output.includes(`${line}\n`));
		},
	};
}
