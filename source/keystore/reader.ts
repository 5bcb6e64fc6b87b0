import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {failureOf} from './disk/failures.ts';
import {assertPoemsOf, PoemsGone} from './disk/poems-folder.ts';
import {readBytes, stampNow} from './disk/read.ts';
import {safePathOf} from './disk/safety.ts';
import type {Loaded} from './edit.ts';
import {Damage} from './form/damage.ts';
import type {Open, Opened} from './opened.ts';
import type {Memory} from './seen/memory.ts';
import {emptyState, type State} from './state.ts';

/** Reads one keystore file, and remembers it. */
export type Reader = {
	/**
	 * The current contents, from memory if the file is unchanged.
	 * @param takesPlain as in `Memory.check`.
	 */
	load(takesPlain?: boolean): Promise<Loaded>;
	/**
	 * Reads the file without parsing the same bytes again.
	 * @param ask whether there is time to ask for a passphrase.
	 * @param takesPlain as in `Memory.check`.
	 */
	read(ask: boolean, takesPlain?: boolean): Promise<Loaded>;
	/**
	 * Reads the file unless it is the one last read or written, and returns what it was. @param takesPlain as
	 * in `Memory.check`.
	 */
	refresh(takesPlain?: boolean): Promise<Loaded>;
	/** Remembers what was written, which is read next unless another program intervenes. */
	written(loaded: Loaded): void;
	/** Gives it to this folder, if the folder of poems that it belongs to is gone. */
	follow(): void;
};

/** What reading needs. */
export type ReaderOptions = {
	file: string;
	/** The folder of its backups, one of which can be restored if the file is damaged. */
	backups: string;
	open: Open;
	memory: Memory;
	/** The poems folder that the keystore must belong to; `null` for any. */
	poems: string | null;
};

/** Nothing is read before the first call. */
export function openReader({file, backups, open, memory, poems}: ReaderOptions): Reader {
	let cached: Loaded | null = null;
	let wasThere = false;
	let follows = false;

	async function read(ask: boolean, takesPlain = false): Promise<Loaded> {
		try {
			return await readOnce(ask, takesPlain);
		} catch (error) {
			// If it was decrypted after the memory was read and before the file was, the memory knows by now.
			if (error instanceof FlockError && error.code === 'keystore-plain') {
				return await readOnce(ask, takesPlain);
			}

			throw error;
		}
	}

	async function readOnce(ask: boolean, takesPlain: boolean): Promise<Loaded> {
		const sights = await memory.recall();
		const bytes = await readBytes(safePathOf(file));
		if (bytes === null) {
			if (wasThere) {
				throw goneError(file);
			}

			await memory.checkMissing(sights);
			return {file: null, identity: null, state: emptyState, key: null};
		}

		const opened = await openUnlessKnown(bytes.bytes, ask);
		await memory.check({...opened, bytes: bytes.bytes}, sights, takesPlain);
		await assertPoems(opened.state);
		wasThere = true;
		// A keystore about to be encrypted is not a sight yet.
		if (!takesPlain) {
			await memory.learn({identity: opened.identity, encrypted: opened.key !== null}, sights);
		}

		return {file: bytes, ...opened};
	}

	/** Each save reads shortly after another read, so do not parse the same bytes again. */
	async function openUnlessKnown(bytes: Buffer, ask: boolean): Promise<Opened> {
		if (cached?.identity && cached.file?.bytes.equals(bytes)) {
			const {identity, state, key} = cached;
			return {identity, state, key};
		}

		try {
			return await open(bytes, file, ask);
		} catch (error) {
			throw error instanceof Damage ? await damagedError(file, backups, error) : error;
		}
	}

	async function load(takesPlain = false): Promise<Loaded> {
		// Keep it, since another reader can replace it meanwhile.
		const known = cached;
		if (known?.file && !known.file.fresh && (await stampNow(safePathOf(file))) === known.file.stamp) {
			await assertPoems(known.state);
			return known;
		}

		const loaded = await read(true, takesPlain);
		cached = loaded;
		return loaded;
	}

	async function assertPoems(state: State): Promise<void> {
		try {
			await assertPoemsOf(state, poems, file);
		} catch (error) {
			if (!(follows && error instanceof PoemsGone)) {
				throw error;
			}
		}
	}

	return {
		load,
		read,
		async refresh(takesPlain) {
			const stamp = await stampNow(safePathOf(file));
			return cached?.file && cached.file.stamp === stamp ? cached : await load(takesPlain);
		},
		follow() {
			follows = true;
		},
		written(loaded) {
			wasThere = true;
			cached = loaded;
		},
	};
}

/** The error of a damaged file, with the backup to restore. */
async function damagedError(file: string, backups: string, damage: Damage): Promise<FlockError> {
	return new FlockError(
		'keystore-damaged',
		`The keystore ${visible(file)} is damaged: ${damage.message}. Nothing was changed.`,
		{hint: await wayBack(backups)},
	);
}

/** Which backup can be restored, or why none can. */
async function wayBack(backups: string): Promise<string> {
	const {copiesIn} = await import('./disk/copies.ts');
	try {
		const [newest] = await copiesIn(backups);
		return newest === undefined
			? 'It has no backup. To start over, move the file away, but keep it: part of it may be readable.'
			: `Run \`keymaker restore 1\` for the backup of ${new Date(newest.savedAt).toISOString()}. It keeps the damaged file beside it.`;
	} catch (error) {
		const {message, hint} = failureOf(error, 'read', backups);
		return `${message} ${hint} Then run \`keymaker restore\` to list its backups.`;
	}
}

function goneError(file: string): FlockError {
	return new FlockError('keystore-unreadable', `The keystore ${visible(file)} is gone.`, {
		hint: 'Restore its folder (is a disk or network share not mounted?) and try again. Or restore a backup with `keymaker restore`, or start keymaker again to start over.',
	});
}
