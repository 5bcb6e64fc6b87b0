import {rm} from 'node:fs/promises';
import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import {unfinished} from '../../system/unfinished.ts';
import type {Core, KeystoreOptions} from '../core.ts';
import {writeDurably} from '../disk/files.ts';
import type {HeldLock} from '../disk/lock.ts';
import {readBytes} from '../disk/read.ts';
import {replaceFile} from '../disk/replace.ts';
import {safePathOf} from '../disk/safety.ts';
import type {Loaded} from '../edit.ts';
import {Damage} from '../form/damage.ts';
import type {DerivedKey} from '../form/encryption.ts';
import {type Envelope, readEnvelope} from '../form/envelope.ts';
import type {Identity} from '../form/identity.ts';
import type {KeystoreUpkeep, Restored} from '../keystore.ts';
import {bytesOf, type Opened} from '../opened.ts';
import {botsWithKey, holdsKeys, tokensOf, withGrantsOf, withoutKeys, withoutUnusedApps} from '../state.ts';
import {asidePathOf, asidesOf, copiesHolding, type OpenedCopy, openCopies, rewriteCopies} from './backups.ts';
import {healthOf} from './health.ts';
import {historyOf} from './history.ts';
import {movingOf} from './moving.ts';

/** Operations on the whole keystore. */
export function upkeepOf(core: Core, options: KeystoreOptions): Omit<KeystoreUpkeep, 'strayGrants'> {
	const {backups, keyring, memory, open, path} = core;

	async function isEncrypted(): Promise<boolean> {
		return (await envelopeNow())?.encrypted ?? false;
	}

	/** What the file says without a passphrase; `null` if there is none. */
	async function envelopeNow(): Promise<Envelope | null> {
		const file = await readBytes(safePathOf(path));
		try {
			return file && readEnvelope(file.bytes, path);
		} catch (error) {
			if (error instanceof Damage) {
				// Throws the same error, with the backup to restore.
				await core.load();
			}

			throw error;
		}
	}

	/** Saves the whole keystore under another key, and then every backup; `null` for plain text. */
	async function saveUnder(
		key: DerivedKey | null,
		allowed: (loaded: Loaded) => void,
		takesPlain = false,
	): Promise<void> {
		await core.save(
			loaded => {
				allowed(loaded);
				return {state: loaded.state, key, result: undefined};
			},
			{
				takesPlain,
				async after(file) {
					await rewriteCopies(backups, open, copy => (copy.key === key ? null : {...copy, key}));
					if (key !== null) {
						await removeAsides(file);
					}
				},
			},
		);
	}

	function assertEncrypted({key}: Loaded): void {
		if (key === null) {
			throw new FlockError('keystore-not-encrypted', `The keystore ${visible(path)} is not encrypted.`, {
				hint: 'Encrypt it with `keymaker encrypt`.',
			});
		}
	}

	function assertPlain({key}: Loaded): void {
		if (key !== null) {
			throw new FlockError('keystore-encrypted', `The keystore ${visible(path)} is already encrypted.`, {
				hint: 'Change its passphrase with `keymaker passphrase`.',
			});
		}
	}

	async function decryptNow(identity: Identity | null): Promise<void> {
		if (identity !== null) {
			// Before that, so that nobody who reads immediately afterwards takes it for a planted one.
			await memory.accept({identity, encrypted: false});
		}

		try {
			await saveUnder(null, assertEncrypted);
		} catch (error) {
			if (identity !== null && (await isEncrypted().catch(() => false))) {
				await memory.accept({identity, encrypted: true});
			}

			throw error;
		}
	}

	/** @throws `keystore-moved` if the flock is elsewhere by now */
	async function assertHere(): Promise<void> {
		const file = await readBytes(safePathOf(path));
		try {
			if (file !== null) {
				readEnvelope(file.bytes, path);
			}
		} catch (error) {
			if (error instanceof FlockError && error.code === 'keystore-moved') {
				throw error;
			}
		}
	}

	/** The backups of other states than the current one. */
	async function otherCopies(ask: boolean): Promise<OpenedCopy[]> {
		const current = await readBytes(safePathOf(path));
		const copies = await openCopies(backups, open, ask);
		return copies.filter(copy => !current?.bytes.equals(copy.bytes));
	}

	/** The file's contents now: opened, or unusable bytes to keep aside. Under the lock. */
	async function loadEvenUnusable(
		file: string,
		replaceable: ReadonlySet<string>,
	): Promise<{loaded: Loaded | null; unusable: Buffer | null}> {
		try {
			return {loaded: await core.loadLocked(), unusable: null};
		} catch (error) {
			const bytes = await readBytes(file);
			const mayReplace = error instanceof FlockError && replaceable.has(error.code);
			if (bytes === null || mayReplace) {
				return {loaded: null, unusable: bytes?.bytes ?? null};
			}

			throw error;
		}
	}

	/** A backup's state when it is restored: newer than all that were seen. */
	async function restoredFrom(
		copy: Opened,
		loaded: Loaded | null,
		copies: readonly OpenedCopy[],
	): Promise<Opened> {
		const sights = await memory.recall();
		const key = loaded?.file ? loaded.key : copy.key;
		if (key === null && !loaded?.file && memory.isEncryptedDue(sights)) {
			throw new FlockError(
				'keystore-plain',
				'That backup is in plain text, but the keystore must be encrypted.',
				{
					hint: 'Choose an encrypted one: `keymaker restore` lists them. If you want plain text, unset the passphrase and run `keymaker doctor --forget-seen`.',
				},
			);
		}

		const identity = loaded?.identity ?? copy.identity;
		const counters = copies.flatMap(({opened}) =>
			opened?.identity.id === identity.id ? [opened.identity.counter] : [],
		);
		const counter = Math.max(identity.counter, memory.newestOf(identity.id, sights), ...counters) + 1;
		const {state} = copy;
		const records = withGrantsOf(loaded?.state.records ?? new Map(), state.records);
		return {
			identity: {...identity, counter},
			state: {...state, poems: options.poems ?? state.poems, records},
			key: key && (await keyring.successorOf(key)),
		};
	}

	return {
		...movingOf(core, options),
		isEncrypted,
		async encrypt(passphrase) {
			assertPlain(await core.load(true));
			await saveUnder(await keyring.make(passphrase), assertPlain, true);
		},
		async decrypt() {
			const loaded = await core.load();
			assertEncrypted(loaded);
			// One piece of work: if interrupted, it would be remembered as plain text, and a planted one would
			// be accepted.
			await unfinished('decrypting the keystore', () => decryptNow(loaded.identity));
		},
		async changePassphrase(passphrase) {
			assertEncrypted(await core.load());
			await saveUnder(await keyring.make(passphrase), assertEncrypted);
		},
		async backups() {
			await assertHere();
			return (await otherCopies(true)).map((copy, index) => ({
				number: index + 1,
				savedAt: new Date(copy.savedAt).toISOString(),
				bots: copy.opened && botsWithKey(copy.opened.state),
				problem: copy.opened === null ? problemOf(copy.error) : null,
				changes: null,
			}));
		},
		async history() {
			await assertHere();
			return historyOf(await openCopies(backups, open, true));
		},
		async restore(number) {
			await assertHere();
			// Asks for passphrases before it takes the lock. The backups' comes first, since the file can be
			// anybody's.
			await otherCopies(true);
			const found = await core.load().catch(error => error);
			const isLocked = found instanceof FlockError && found.code === 'keystore-passphrase';
			const replaceable = new Set([...unusableCodes, ...(isLocked ? ['keystore-passphrase'] : [])]);
			const putBack = async (lock: HeldLock, file: string): Promise<Restored> => {
				const {loaded, unusable} = await loadEvenUnusable(file, replaceable);
				const copies = await otherCopies(false);
				const copy = copies[number - 1];
				if (copy === undefined) {
					throw new FlockError(
						'keystore-no-backup',
						`The keystore ${visible(path)} has no backup ${number}.`,
						{
							hint: '`keymaker restore` lists its backups.',
						},
					);
				}

				if (copy.opened === null) {
					throw copy.error instanceof Damage
						? new FlockError(
								'keystore-damaged',
								`The backup ${visible(copy.path)} is damaged: ${copy.error.message}.`,
								{
									hint: 'Choose another one: `keymaker restore` lists them.',
								},
							)
						: copy.error;
				}

				const restored = await restoredFrom(copy.opened, loaded, copies);
				const keptAside = unusable === null ? null : asidePathOf(file, core.now());
				if (unusable !== null && keptAside !== null) {
					await writeDurably(keptAside, unusable);
				}

				const bytes = bytesOf(restored);
				const base = await readBytes(file);
				const baseIsGood = loaded !== null;
				if (!(await replaceFile({file, backups, base, baseIsGood, bytes, lock, now: core.now()}))) {
					throw new FlockError(
						'keystore-lock-lost',
						`Another program took the lock of the keystore ${visible(path)}.`,
						{
							hint: 'Nothing was overwritten. Try again.',
						},
					);
				}

				await memory.learn({identity: restored.identity, encrypted: restored.key !== null});
				return {keptAside, change: null};
			};
			return await unfinished('restoring the backup', () => core.locked(putBack));
		},
		async backupsHolding(bot, tokens = []) {
			const {state} = await core.load();
			const sought = tokensToSeek(tokens, state.records.values());
			const copies = copiesHolding(await otherCopies(true), old => holdsKeys(old, bot, sought));
			return copies.length + (await asidesOf(safePathOf(path))).length;
		},
		async purge(bot, tokens = []) {
			let count = 0;
			await core.save(({state}) => ({state: withoutUnusedApps(state), result: undefined}), {
				async after(file) {
					const {state} = await core.loadLocked();
					const sought = tokensToSeek(tokens, state.records.values());
					count = await rewriteCopies(backups, open, copy => {
						const purged = holdsKeys(copy.state, bot, sought)
							? withoutKeys(copy.state, bot, sought)
							: withoutUnusedApps(copy.state);
						return purged === copy.state ? null : {...copy, state: purged};
					});
					count += await removeAsides(file);
				},
			});
			return count;
		},
		adoptPoems: core.adoptPoems,
		async forgetSeen() {
			await memory.accept(await envelopeNow());
		},
		health: () => healthOf(core),
	};
}

/** What an unusable file in the keystore's place can be. */
const unusableCodes: readonly string[] = [
	'keystore-damaged',
	'keystore-older',
	'keystore-other-flock',
	'keystore-plain',
];

/** A token that another bot has now is that bot's: X issues the same one to the same account. */
function tokensToSeek(
	tokens: Iterable<string>,
	records: Parameters<typeof tokensOf>[0],
): ReadonlySet<string> {
	const current = tokensOf(records);
	return new Set([...tokens].filter(token => !current.has(token)));
}

async function removeAsides(file: string): Promise<number> {
	const asides = await asidesOf(file);
	await Promise.all(asides.map(aside => rm(aside, {force: true})));
	return asides.length;
}

function problemOf(error: unknown): string {
	if (error instanceof Damage) {
		return `It is damaged: ${error.message}.`;
	}

	return error instanceof FlockError ? error.message : 'It cannot be read.';
}
