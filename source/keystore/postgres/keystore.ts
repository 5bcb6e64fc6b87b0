import {FlockError} from '../../flock/error.ts';
import {type KeyInfo, keyInfo} from '../../flock/key.ts';
import type {Environment} from '../../system/environment.ts';
import type {Identity} from '../../system/identity.ts';
import type {Keystore, KeystoreUpkeep, WaitingKey} from '../keystore.ts';
import {recordsOf} from '../records.ts';
import type {Memory} from '../seen/memory.ts';
import {openWaiting} from '../waiting.ts';
import {drawn, readAddress, withoutPassword} from './address.ts';
import {type EngineOptions, openEngine} from './engine.ts';
import {healthOf} from './health.ts';
import {watchFlock} from './watch.ts';

/** How many of a flock's last changes `restore` lists. */
const mostChanges = 10;

/** What opening a flock's keystore in a database needs. */
export type DatabaseOptions = Omit<EngineOptions, 'address' | 'memory'> &
	Readonly<{
		/** The database's address as it was given, and where: nobody has judged it yet. */
		address: Readonly<{text: string; from: 'argument' | 'environment'}>;
		/** The variables of the process, of which PGPASSWORD is read. */
		environment: Environment;
		/** Opens what this computer remembers of a keystore by this name; nothing is remembered without. */
		memoryOf?: ((name: string) => Memory) | undefined;
		/** The file on this computer in which fresh keys wait for the database, an absolute path; none wait without one. */
		waitingFile?: string | undefined;
		/** Opens the bots that are granted to this computer, if no passphrase is given. */
		identity?: Identity | undefined;
	}>;

/** A keystore in a database, its address judged. */
export type Shared = Omit<Keystore, 'isShared' | 'isHosts'> &
	Omit<KeystoreUpkeep, 'isEncrypted' | 'adoptPoems'>;

/** Connects to nothing before the first call. @throws FlockError `keystore-address` */
export function openShared({address: {text, from}, environment, ...options}: DatabaseOptions): Shared {
	const address = readAddress(text, {from, environment});
	const place = drawn(address);
	const memory = options.memoryOf?.(`${withoutPassword(address)} (${options.label.flock})`);
	const engine = openEngine({...options, address, memory});
	const records = recordsOf(engine);
	const waiting = options.waitingFile ? openWaiting(options.waitingFile, engine.sealer) : null;
	return {
		path: place,
		waiting,
		...records,
		place: async () => withoutPassword(address),
		snapshot: engine.snapshot,
		askPassphrase: engine.askPassphrase,
		handOver: engine.handOver,
		takeIn: engine.takeIn,
		async list() {
			const contents = await records.list();
			// `doctor` tells of a file that cannot be read, which nobody's list hangs on.
			const keys = (await waiting?.all().catch(() => [])) ?? [];
			return keys.length === 0 ? contents : {...contents, waiting: infosOf(keys)};
		},
		tryWriting: () => engine.tryWriting(),
		watch: onChange => watchFlock({address, label: options.label, deadline: options.deadline}, onChange),
		async encrypt() {
			throw new FlockError('keystore-encrypted', `The keystore ${place} is already encrypted.`, {
				hint: 'Change its passphrase with `keymaker passphrase`.',
			});
		},
		async decrypt() {
			throw new FlockError('keystore-encrypted', 'A keystore in a database is always encrypted.', {
				hint: 'Nothing was changed. The server, its administrators and its backups must not see a key.',
			});
		},
		async changePassphrase(passphrase) {
			if (!(await engine.changePassphrase(passphrase))) {
				throw new FlockError('keystore-not-encrypted', `${place} has no flock of this name yet.`, {
					hint: 'Its first key gives it a passphrase.',
				});
			}
		},
		async backups() {
			const last = await engine.lastChanges(mostChanges);
			return last.map(({number, changes}) => ({
				number,
				savedAt: changes[0]?.at ?? '',
				bots: null,
				problem: null,
				changes,
			}));
		},
		strayGrants: () => engine.strayGrants(),
		restore: async number => ({keptAside: null, change: await engine.restore(number)}),
		forgetSeen: () => engine.forgetSeen(),
		history: () => engine.history(),
		backupsHolding: (bot, tokens = []) => engine.earlier(bot, tokens, false),
		purge: (bot, tokens = []) => engine.earlier(bot, tokens, true),
		health: async () => healthOf({address, engine, deadline: options.deadline, waiting, memory}),
	};
}

function infosOf(waiting: readonly WaitingKey[]): ReadonlyMap<string, readonly KeyInfo[]> {
	const infos = new Map<string, readonly KeyInfo[]>();
	for (const {bot, fresh} of waiting) {
		infos.set(bot, [...(infos.get(bot) ?? []), keyInfo(fresh.key)]);
	}

	return infos;
}
