import type {Keystore, KeystoreUpkeep, Waiting} from './keystore.ts';
import type {DatabaseOptions, Shared} from './postgres/keystore.ts';
import {openMemory} from './seen/memory.ts';

/**
 * Opens the keystore of a flock in a database. What speaks to databases is loaded at the first call, and nothing is
 * connected to before; an address that makes no sense is an error of that call (`keystore-address`).
 */
export function openDatabase({
	seen = null,
	...options
}: Omit<DatabaseOptions, 'memoryOf'> & {
	/** The file in which this computer remembers what it has seen of keystores, an absolute path; nothing is remembered without. */
	seen?: string | null;
}): Keystore & KeystoreUpkeep {
	const memoryOf = (file: string) =>
		openMemory({
			seen,
			file,
			label: options.label,
			hints,
			passphraseGiven: false,
			copiesSpeakAgainst: async () => false,
		});
	let opening: Promise<Shared> | null = null;
	const {waitingFile, identity} = options;
	// A passphrase opens the whole flock.
	const host = options.passphraseGiven !== true && identity?.exists() ? {...options, identity} : null;
	let place = 'the database';

	function opened(): Promise<Shared> {
		const shared = (): Promise<Shared> =>
			host === null
				? import('./postgres/keystore.ts').then(({openShared}) => openShared({...options, memoryOf}))
				: import('./postgres/host.ts').then(({openHost}) => openHost({...host, memoryOf}));
		opening ??= shared().then(made => {
			place = made.path;
			return made;
		});
		return opening;
	}

	return {
		get path() {
			return place;
		},
		isShared: true,
		isHosts: host !== null,
		waiting: waitingFile && host === null ? lateWaiting(waitingFile, opened) : null,
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
		strayGrants: async () => (await opened()).strayGrants(),
		history: async () => (await opened()).history(),
		backupsHolding: async (bot, tokens) => (await opened()).backupsHolding(bot, tokens),
		purge: async (bot, tokens) => (await opened()).purge(bot, tokens),
		// No folder of poems is recorded of a database.
		adoptPoems: async () => {},
		forgetSeen: async () => (await opened()).forgetSeen(),
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

const hints = {
	older:
		'Somebody may have restored an old backup: ask the database’s administrator. If that was intended, run `keymaker doctor --forget-seen` to accept it.',
	gone: 'Ask the database’s administrator. To start over, run `keymaker doctor --forget-seen`.',
};

/** The keys that wait, before what opens them is loaded. */
function lateWaiting(path: string, opened: () => Promise<Shared>): Waiting {
	const waiting = async () => (await opened()).waiting as Waiting;
	return {
		path,
		add: async (bot, fresh) => (await waiting()).add(bot, fresh),
		remove: async (bot, accessToken) => (await waiting()).remove(bot, accessToken),
		all: async () => (await waiting()).all(),
	};
}
