import {FlockError} from '../../flock/error.ts';
import type {Environment} from '../../system/environment.ts';
import type {ScryptCost} from '../form/encryption.ts';
import type {Label} from '../form/identity.ts';
import type {PassphraseProvider} from '../keyring.ts';
import type {Keystore, KeystoreUpkeep} from '../keystore.ts';
import {recordsOf} from '../records.ts';
import {drawn, readAddress, withoutPassword} from './address.ts';
import {channel, openEngine} from './engine.ts';
import {unopenedHealth} from './health.ts';
import {watchFlock} from './watch.ts';

/** How many of a flock's last changes `restore` lists. */
const mostChanges = 10;

/** What opening a flock's keystore in a database needs. */
export type DatabaseOptions = Readonly<{
	/** The database's address as it was given, and where: nobody has judged it yet. */
	address: Readonly<{text: string; from: 'argument' | 'environment'}>;
	/** The variables of the process, of which PGPASSWORD is read. */
	environment: Environment;
	label: Label;
	/** How long one call may take; milliseconds. */
	deadline: number;
	passphrase?: PassphraseProvider | undefined;
	/** Asks for the passphrase of a flock that is made. */
	newPassphrase?: (() => Promise<string>) | undefined;
	/** How often it is asked before a wrong one is an error. */
	passphraseTries?: number | undefined;
	/** True where nobody types the passphrase. */
	passphraseGiven?: boolean | undefined;
	/** What deriving a new key costs. */
	scrypt?: ScryptCost | undefined;
}>;

/** A keystore in a database, its address judged. */
export type Shared = Omit<Keystore, 'isShared'> &
	Omit<KeystoreUpkeep, 'isEncrypted' | 'adoptPoems' | 'forgetSeen'>;

/** Connects to nothing before the first call. @throws FlockError `keystore-address` */
export function openShared({address: {text, from}, environment, ...options}: DatabaseOptions): Shared {
	const address = readAddress(text, {from, environment});
	const place = drawn(address);
	const engine = openEngine({...options, address});
	const records = recordsOf(engine);
	return {
		path: place,
		...records,
		place: async () => withoutPassword(address),
		snapshot: engine.snapshot,
		askPassphrase: engine.askPassphrase,
		handOver: engine.handOver,
		takeIn: engine.takeIn,
		tryWriting: () => engine.tryWriting(),
		watch: onChange =>
			watchFlock({address, label: options.label, deadline: options.deadline, channel}, onChange),
		async encrypt() {
			throw new FlockError('keystore-encrypted', `The keystore ${place} is encrypted already.`, {
				hint: '`keymaker passphrase` changes its passphrase.',
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
		restore: async number => ({keptAside: null, change: await engine.restore(number)}),
		history: () => engine.history(),
		backupsHolding: (bot, tokens = []) => engine.earlier(bot, tokens, false),
		purge: (bot, tokens = []) => engine.earlier(bot, tokens, true),
		async health() {
			try {
				const {records: bots} = await records.list();
				const withKey = [...bots.values()].filter(({key}) => key !== null).length;
				return {path: place, exists: true, encrypted: true, bots: withKey, backups: 0, findings: []};
			} catch (error) {
				return unopenedHealth(place, error);
			}
		},
	};
}
