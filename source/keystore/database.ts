import type {Keystore, KeystoreUpkeep} from './keystore.ts';
import type {DatabaseOptions, Shared} from './postgres/keystore.ts';

/**
 * Opens the keystore of a flock in a database. What speaks to databases is loaded at the first call, and nothing is
 * connected to before; an address that makes no sense is an error of that call (`keystore-address`).
 */
export function openDatabase(options: DatabaseOptions): Keystore & KeystoreUpkeep {
	let opening: Promise<Shared> | null = null;
	let place = 'the database';

	function opened(): Promise<Shared> {
		opening ??= import('./postgres/keystore.ts').then(({openShared}) => {
			const shared = openShared(options);
			place = shared.path;
			return shared;
		});
		return opening;
	}

	return {
		get path() {
			return place;
		},
		isShared: true,
		list: async () => (await opened()).list(),
		get: async bot => (await opened()).get(bot),
		update: async (bot, change, appKey) => (await opened()).update(bot, change, appKey),
		getAll: async bots => (await opened()).getAll(bots),
		updateAll: async changes => (await opened()).updateAll(changes),
		sharing: async bot => (await opened()).sharing(bot),
		rename: async (from, to) => (await opened()).rename(from, to),
		appKey: async consumerKey => (await opened()).appKey(consumerKey),
		savedAppKey: async () => (await opened()).savedAppKey(),
		saveAppKey: async appKey => (await opened()).saveAppKey(appKey),
		tryWriting: async () => (await opened()).tryWriting(),
		watch(onChange) {
			let stop = () => {};
			let isStopped = false;
			opened().then(
				shared => {
					if (!isStopped) {
						stop = shared.watch(onChange);
					}
				},
				// Whoever reads is told what is wrong with the address.
				() => {},
			);
			return () => {
				isStopped = true;
				stop();
			};
		},
		place: async () => (await opened()).place(),
		snapshot: async () => (await opened()).snapshot(),
		askPassphrase: async () => (await opened()).askPassphrase(),
		handOver: async (to, take) => (await opened()).handOver(to, take),
		takeIn: async state => (await opened()).takeIn(state),
		isEncrypted: async () => true,
		encrypt: async passphrase => (await opened()).encrypt(passphrase),
		decrypt: async () => (await opened()).decrypt(),
		changePassphrase: async passphrase => (await opened()).changePassphrase(passphrase),
		backups: async () => (await opened()).backups(),
		restore: async number => (await opened()).restore(number),
		history: async () => (await opened()).history(),
		backupsHolding: async (bot, tokens) => (await opened()).backupsHolding(bot, tokens),
		purge: async (bot, tokens) => (await opened()).purge(bot, tokens),
		// No folder of poems and nothing seen is recorded of a database.
		adoptPoems: async () => {},
		forgetSeen: async () => {},
		health: async () => {
			try {
				return await (await opened()).health();
			} catch (error) {
				const {unopenedHealth} = await import('./postgres/health.ts');
				return unopenedHealth(place, error);
			}
		},
	};
}
