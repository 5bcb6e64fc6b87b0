import {rm} from 'node:fs/promises';
import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {unfinished} from '../system/unfinished.ts';
import {asidePathOf, asidesOf, copiesHolding, type OpenedCopy, openCopies, rewriteCopies} from './backups.ts';
import type {Core, KeystoreOptions} from './core.ts';
import type {Loaded} from './edit.ts';
import {type DerivedKey, defaultCost, deriveKey, newDerivation} from './encryption.ts';
import {readEnvelope} from './envelope.ts';
import {Damage} from './failures.ts';
import {writeDurably} from './files.ts';
import {healthOf} from './health.ts';
import type {KeystoreUpkeep, Restored} from './keystore.ts';
import type {HeldLock} from './lock.ts';
import {bytesOf, readBytes} from './read.ts';
import {replaceFile} from './replace.ts';
import {safePathOf} from './safety.ts';
import {botsWithKey, holdsKeys, tokensOf, withoutKeys, withoutUnusedApps} from './state.ts';

/** What concerns a keystore as a whole. */
export function upkeepOf(core: Core, options: KeystoreOptions): KeystoreUpkeep {
	const {backups, keyring, path} = core;

	async function isEncrypted(): Promise<boolean> {
		const file = await readBytes(safePathOf(path));
		if (file === null) {
			return false;
		}

		try {
			return readEnvelope(file.bytes, path).encrypted;
		} catch (error) {
			if (error instanceof Damage) {
				// Says the same, with the copy that can be put back.
				await core.load();
			}

			throw error;
		}
	}

	async function newKey(passphrase: string): Promise<DerivedKey> {
		if (passphrase === '') {
			throw new FlockError('keystore-passphrase', 'An empty passphrase protects nothing.', {
				hint: 'Choose a passphrase of several words.',
			});
		}

		const key = await deriveKey(passphrase, newDerivation(options.scrypt ?? defaultCost));
		keyring.add(key);
		return key;
	}

	/** Saves the whole keystore under another key, and then every copy; `null` for plain text. */
	async function saveUnder(key: DerivedKey | null, allowed: (loaded: Loaded) => void): Promise<void> {
		await core.save(
			loaded => {
				allowed(loaded);
				return {state: loaded.state, key, result: undefined};
			},
			async file => {
				await rewriteCopies(backups, keyring, copy => (copy.key === key ? null : {state: copy.state, key}));
				if (key !== null) {
					await removeAsides(file);
				}
			},
		);
	}

	function assertEncrypted({key}: Loaded): void {
		if (key === null) {
			throw new FlockError('keystore-not-encrypted', `The keystore ${visible(path)} is not encrypted.`, {
				hint: '`keymaker encrypt` encrypts it.',
			});
		}
	}

	function assertPlain({key}: Loaded): void {
		if (key !== null) {
			throw new FlockError('keystore-encrypted', `The keystore ${visible(path)} is encrypted already.`, {
				hint: '`keymaker passphrase` changes its passphrase.',
			});
		}
	}

	/** The copies of other states than the one in force. */
	async function otherCopies(ask: boolean): Promise<OpenedCopy[]> {
		const current = await readBytes(safePathOf(path));
		const copies = await openCopies(backups, keyring, ask);
		return copies.filter(copy => !current?.bytes.equals(copy.bytes));
	}

	/** What stands in the file now: opened, or its damaged bytes. Under the lock. */
	async function loadEvenDamaged(file: string): Promise<{loaded: Loaded | null; damaged: Buffer | null}> {
		try {
			return {loaded: await core.loadLocked(), damaged: null};
		} catch (error) {
			const bytes = await readBytes(file);
			const mayReplace = error instanceof FlockError && error.code === 'keystore-damaged';
			if (bytes === null || mayReplace) {
				return {loaded: null, damaged: bytes?.bytes ?? null};
			}

			throw error;
		}
	}

	return {
		isEncrypted,
		async encrypt(passphrase) {
			assertPlain(await core.load());
			await saveUnder(await newKey(passphrase), assertPlain);
		},
		async decrypt() {
			assertEncrypted(await core.load());
			await saveUnder(null, assertEncrypted);
		},
		async changePassphrase(passphrase) {
			assertEncrypted(await core.load());
			await saveUnder(await newKey(passphrase), assertEncrypted);
		},
		async backups() {
			return (await otherCopies(true)).map((copy, index) => ({
				number: index + 1,
				savedAt: new Date(copy.savedAt).toISOString(),
				bots: copy.opened && botsWithKey(copy.opened.state),
				problem: copy.opened === null ? problemOf(copy.error) : null,
			}));
		},
		async restore(number) {
			// The passphrase is asked for before the lock is taken.
			await otherCopies(true);
			const putBack = async (lock: HeldLock, file: string): Promise<Restored> => {
				const {loaded, damaged} = await loadEvenDamaged(file);
				const copy = (await otherCopies(false))[number - 1];
				if (copy === undefined) {
					throw new FlockError(
						'keystore-no-backup',
						`There is no backup ${number} of the keystore ${visible(path)}.`,
						{
							hint: '`keymaker restore` lists the backups there are.',
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

				const keptAside = damaged === null ? null : asidePathOf(file, core.now());
				if (damaged !== null && keptAside !== null) {
					await writeDurably(keptAside, damaged);
				}

				const {state} = copy.opened;
				const bytes = bytesOf({
					state: {...state, poems: options.poems ?? state.poems},
					key: loaded?.file ? loaded.key : copy.opened.key,
				});
				const base = await readBytes(file);
				const baseIsGood = loaded !== null;
				if (!(await replaceFile({file, backups, base, baseIsGood, bytes, lock, now: core.now()}))) {
					throw new FlockError(
						'keystore-lock-lost',
						`Another program took over the keystore ${visible(path)}.`,
						{
							hint: 'Nothing was overwritten. Try again.',
						},
					);
				}

				return {keptAside};
			};
			return await unfinished('The backup is being put back', () => core.locked(putBack));
		},
		async backupsHolding(bot, tokens = []) {
			const {state} = await core.load();
			const sought = tokensToSeek(tokens, state.records.values());
			const copies = copiesHolding(await otherCopies(true), old => holdsKeys(old, bot, sought));
			return copies.length + (await asidesOf(safePathOf(path))).length;
		},
		async purge(bot, tokens = []) {
			let count = 0;
			await core.save(
				({state}) => ({state: withoutUnusedApps(state), result: undefined}),
				async file => {
					const {state} = await core.loadLocked();
					const sought = tokensToSeek(tokens, state.records.values());
					count = await rewriteCopies(backups, keyring, ({state: old, key}) => {
						const purged = holdsKeys(old, bot, sought)
							? withoutKeys(old, bot, sought)
							: withoutUnusedApps(old);
						return purged === old ? null : {state: purged, key};
					});
					count += await removeAsides(file);
				},
			);
			return count;
		},
		adoptPoems: core.adoptPoems,
		health: () => healthOf(core),
	};
}

/** A token that another bot has now (X gives the same account the same one) is that bot's. */
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
