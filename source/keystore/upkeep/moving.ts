import {randomBytes} from 'node:crypto';
import {rm} from 'node:fs/promises';
import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import {whoAmI} from '../../system/who.ts';
import type {Core, KeystoreOptions} from '../core.ts';
import {findCopy} from '../disk/copies.ts';
import {type FileBytes, readBytes} from '../disk/read.ts';
import {replaceFile} from '../disk/replace.ts';
import {safePathOf} from '../disk/safety.ts';
import type {DerivedKey} from '../form/encryption.ts';
import {readFile, writeEnvelope} from '../form/envelope.ts';
import type {Identity} from '../form/identity.ts';
import {emptyError, existsError, type Marker} from '../form/marker.ts';
import type {Moving} from '../keystore.ts';
import {bytesOf} from '../opened.ts';
import {isEmpty, type State, sameContents} from '../state.ts';

/** How a flock leaves a file, and comes into one. */
export function movingOf(core: Core, options: KeystoreOptions): Moving {
	const {backups, keyring, label, memory, open, path} = core;

	/** Who the file is, where it says no more than where its flock is; `null` where it holds one, or is not there. */
	function markedIn(file: FileBytes | null): Identity | null {
		const found = file && readFile(file.bytes, path);
		return found !== null && 'moved' in found ? found.identity : null;
	}

	function nextOf(before: Identity | null, counter: number): Identity {
		return before === null
			? {id: randomBytes(16).toString('hex'), ...label, counter: 1}
			: {...before, counter: Math.max(before.counter, counter) + 1};
	}

	async function snapshot(): Promise<State | null> {
		const file = await readBytes(safePathOf(path));
		if (markedIn(file) !== null) {
			return null;
		}

		// Plain text will do: what moves is encrypted by it.
		await core.load(true);
		return file && (await open(file.bytes, path, true)).state;
	}

	/** What a flock that comes in is encrypted by; `null` where there is one, whose passphrase has opened it. */
	async function keyIfMade(): Promise<DerivedKey | null> {
		return (await snapshot()) === null ? keyring.makeGiven() : null;
	}

	return {
		place: async () => options.folder,
		snapshot,
		async askPassphrase() {
			await keyIfMade();
		},
		async handOver(to, take) {
			await core.load(true);
			await core.locked(async (lock, file) => {
				const {file: base, identity, state, key} = await core.loadLocked(true);
				if (identity === null || isEmpty(state)) {
					throw emptyError(path, label.flock);
				}

				await take(state);
				const now = core.now();
				const moved: Marker = {to, by: whoAmI(), at: new Date(now).toISOString()};
				const next = nextOf(identity, identity.counter);
				const bytes = writeEnvelope({identity: next, moved});
				if (!(await replaceFile({file, backups, base, baseIsGood: true, bytes, lock, now}))) {
					throw lockLost(path);
				}

				await memory.learn({identity: next, encrypted: key !== null});
				// What says where the flock is, is no state to put back.
				const copy = await findCopy(backups, bytes);
				if (copy !== null) {
					await rm(copy, {force: true});
				}
			});
		},
		async takeIn(state) {
			const key = await keyIfMade();
			const sights = await memory.recall();
			await core.locked(async (lock, file) => {
				const base = await readBytes(file);
				const marked = markedIn(base);
				if (base !== null && marked === null) {
					const there = await open(base.bytes, path, false);
					if (!sameContents(there.state, state)) {
						throw existsError(path, label.flock);
					}

					return;
				}

				if (key === null) {
					throw lockLost(path);
				}

				const identity = nextOf(marked, marked === null ? 0 : memory.newestOf(marked.id, sights));
				const written = {identity, state: {...state, poems: options.poems}, key};
				const bytes = bytesOf(written);
				const now = core.now();
				if (!(await replaceFile({file, backups, base, baseIsGood: false, bytes, lock, now}))) {
					throw lockLost(path);
				}

				await memory.learn({identity, encrypted: true});
			});
		},
	};
}

function lockLost(path: string): FlockError {
	return new FlockError(
		'keystore-lock-lost',
		`Another program took the lock of the keystore ${visible(path)}.`,
		{
			hint: 'Nothing is lost: the flock is still there. Move it again.',
		},
	);
}
