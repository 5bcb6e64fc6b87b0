import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import type {Identity, Label} from '../form/identity.ts';
import type {Opened} from '../opened.ts';
import {isNews, readSights, type Sight, type Sights, sightOf} from './sights.ts';

/** What is remembered of a state. */
export type Seen = Readonly<{identity: Identity; encrypted: boolean}>;

/** What this computer remembers of one keystore, and its consequences. */
export type Memory = {
	/** What was seen so far. Call it before reading the keystore, so that a save meanwhile is newer, not older. */
	recall(): Promise<Sights>;
	/**
	 * Compares what was read with what is expected there.
	 * @param takesPlain true if plain text is fine, since it is about to be encrypted.
	 * @throws `keystore-plain`, `keystore-older`
	 */
	check(found: Opened & {bytes: Buffer}, sights: Sights, takesPlain: boolean): Promise<void>;
	/** Compares a state with what was seen of it, wherever it is kept. @throws `keystore-older` */
	checkState(found: Seen, sights: Sights): void;
	/** The same without a file. @throws `keystore-unreadable` if there was an encrypted one */
	checkMissing(sights: Sights): Promise<void>;
	/** True if a keystore in plain text would be refused, whatever its id. */
	isEncryptedDue(sights: Sights): boolean;
	/** The newest state seen of a keystore at any path; 0 if none was. */
	newestOf(id: string, sights: Sights): number;
	/** Remembers what was read or saved. Never throws: a memory that cannot be written stops nobody. */
	learn(found: Seen, sights?: Sights): Promise<void>;
	/** Accepts the current state, older or in plain text; `null` for nothing. Never throws. */
	accept(found: Seen | null): Promise<void>;
	/** True if something is remembered of the keystore, or nothing should be. */
	isKept(): Promise<boolean>;
	/** Its file; `null` if nothing should be remembered. */
	file: string | null;
};

/** What a memory depends on. */
export type MemoryOptions = {
	/** The file of everything that this computer has seen; `null` if there is no folder for it. */
	seen: string | null;
	/** The keystore's file as in the options, or a database's address and a flock's name. */
	file: string;
	label: Label;
	/** What to do about an older or missing keystore that is not a file. */
	hints?: Readonly<{older: string; gone: string}>;
	/** True if a passphrase is already set. */
	passphraseGiven: boolean;
	/** True if the keystore's backups are encrypted, and a file of these bytes, or none, is not the last save. */
	copiesSpeakAgainst(bytes: Buffer | null): Promise<boolean>;
};

/** Practice needs none of this: its keys open nothing. */
export function openMemory(options: MemoryOptions): Memory {
	const {file, label, hints, passphraseGiven, copiesSpeakAgainst} = options;
	const isReal = label.kind === 'x';
	const seen = isReal ? options.seen : null;

	async function write(decide: (sights: Sights) => Sight | null): Promise<void> {
		if (seen !== null) {
			try {
				const {writeSight} = await import('./write.ts');
				await writeSight(seen, file, decide);
			} catch {
				// `doctor` reports that it is not remembered.
			}
		}
	}

	/** Why plain text is not expected; `null` if it is. */
	async function plainProblem(sight: Sight | null, bytes: Buffer): Promise<FlockError | null> {
		if (passphraseGiven) {
			return plainError(file, 'a passphrase is given', byPassphrase);
		}

		if (sight === null ? await copiesSpeakAgainst(bytes) : sight.encrypted) {
			const why = sight === null ? 'its newest backup is encrypted' : 'this computer saw it encrypted';
			return plainError(file, why, bySight);
		}

		return null;
	}

	function assertNewest({id, counter}: Identity, encrypted: boolean, sight: Sight | null): void {
		if (sight?.id === id && counter < sight.counter) {
			throw olderError(
				`The keystore ${visible(file)} is older than the one this computer saw last: save ${counter}, after save ${sight.counter}.`,
			);
		}

		if (encrypted && sight?.encrypted && sight.id !== null && sight.id !== id) {
			throw olderError(`The keystore ${visible(file)} is not the one that this computer saw there last.`);
		}
	}

	function olderError(sentence: string): FlockError {
		return new FlockError('keystore-older', sentence, {hint: hints?.older ?? olderHint});
	}

	return {
		file: seen,
		isKept: async () => seen === null || (await readSights(seen)).has(file),
		recall: async () => (seen === null ? new Map() : await readSights(seen)),
		async check({identity, key, bytes}, sights, takesPlain) {
			if (!isReal) {
				return;
			}

			const sight = sightOf(sights, file, identity.id);
			const problem = key === null && !takesPlain ? await plainProblem(sight, bytes) : null;
			if (problem !== null) {
				throw problem;
			}

			assertNewest(identity, key !== null, sight);
		},
		checkState({identity, encrypted}, sights) {
			assertNewest(identity, encrypted, sightOf(sights, file, identity.id));
		},
		async checkMissing(sights) {
			const sight = sightOf(sights, file, null);
			if (isReal && (sight === null ? await copiesSpeakAgainst(null) : sight.encrypted)) {
				throw new FlockError(
					'keystore-unreadable',
					`The keystore ${visible(file)} is gone: ${sight === null ? 'its backups are there, encrypted' : 'this computer saw an encrypted one there'}.`,
					{
						hint: hints?.gone ?? goneHint,
					},
				);
			}
		},
		isEncryptedDue: sights => isReal && (passphraseGiven || sights.get(file)?.encrypted === true),
		newestOf: (id, sights) =>
			Math.max(0, ...[...sights.values()].filter(sight => sight.id === id).map(({counter}) => counter)),
		async learn({identity: {id, counter}, encrypted}, sights) {
			const sight = {id, encrypted, counter};
			if (sights === undefined || isNews(sights, file, sight)) {
				await write(known => (isNews(known, file, sight) ? sight : null));
			}
		},
		async accept(found) {
			const sight =
				found === null
					? {id: null, encrypted: false, counter: 0}
					: {id: found.identity.id, encrypted: found.encrypted, counter: found.identity.counter};
			await write(() => sight);
		},
	};
}

const byPassphrase =
	'Encrypt it with `keymaker encrypt`, or unset KEYMAKER_PASSPHRASE and KEYMAKER_PASSPHRASE_COMMAND to use it in plain text. If it was encrypted before, something replaced it: `keymaker restore` lists its backups.';
const goneHint =
	'Restore its folder (is a disk or network share not mounted?), or restore a backup with `keymaker restore`. To start over, run `keymaker doctor --forget-seen`.';
const olderHint =
	'Something may have replaced it with an old file: `keymaker restore` lists its backups. If you did, run `keymaker doctor --forget-seen` to accept it.';
const bySight =
	'Something may have replaced it: `keymaker restore` lists its backups. If you decrypted it on another computer, run `keymaker doctor --forget-seen` to accept it.';

function plainError(file: string, why: string, hint: string): FlockError {
	return new FlockError('keystore-plain', `The keystore ${visible(file)} is in plain text, but ${why}.`, {
		hint,
	});
}
