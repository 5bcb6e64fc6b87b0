import {type Core, type KeystoreOptions, openCore} from './core.ts';
import type {Keystore, KeystoreUpkeep} from './keystore.ts';
import {recordsOf} from './records.ts';
import {watchFile} from './watch.ts';

/** The least to write when trying the folder; bytes. */
const leastTrial = 16_384;

/**
 * Opens a flock's keystore. Reads nothing yet, and creates nothing before the first save. The result holds
 * only functions, so printing it shows no secret.
 */
export function openKeystore(options: KeystoreOptions): Keystore & KeystoreUpkeep {
	const core = openCore(options);
	return {
		path: core.path,
		isShared: false,
		isHosts: false,
		waiting: null,
		...recordsOf(core),
		...placeOf(core),
		...lateUpkeep(core, options),
	};
}

/** Loaded when needed, since few runs need it. */
function lateUpkeep(core: Core, options: KeystoreOptions): KeystoreUpkeep {
	const upkeep = async () => (await import('./upkeep/upkeep.ts')).upkeepOf(core, options);
	return {
		place: async () => options.folder,
		snapshot: async () => (await upkeep()).snapshot(),
		askPassphrase: async () => (await upkeep()).askPassphrase(),
		handOver: async (to, take) => (await upkeep()).handOver(to, take),
		takeIn: async state => (await upkeep()).takeIn(state),
		isEncrypted: async () => (await upkeep()).isEncrypted(),
		encrypt: async passphrase => (await upkeep()).encrypt(passphrase),
		decrypt: async () => (await upkeep()).decrypt(),
		changePassphrase: async passphrase => (await upkeep()).changePassphrase(passphrase),
		backups: async () => (await upkeep()).backups(),
		restore: async number => (await upkeep()).restore(number),
		strayGrants: async () => [],
		history: async () => (await upkeep()).history(),
		backupsHolding: async (bot, tokens) => (await upkeep()).backupsHolding(bot, tokens),
		forgetSeen: async () => (await upkeep()).forgetSeen(),
		purge: async (bot, tokens) => (await upkeep()).purge(bot, tokens),
		adoptPoems: async () => (await upkeep()).adoptPoems(),
		health: async () => (await upkeep()).health(),
	};
}

function placeOf(core: Core): Pick<Keystore, 'tryWriting' | 'watch'> {
	return {
		async tryWriting() {
			const {file: current} = await core.load();
			const size = Math.max(leastTrial, 2 * (current?.bytes.length ?? 0));
			const {tryReplacing} = await import('./disk/replace.ts');
			await core.locked(async (_lock, file) => tryReplacing(file, core.backups, size));
			// What a save also needs, loaded late.
			await Promise.all([import('./upkeep/backups.ts'), import('./seen/write.ts')]);
		},
		watch(onChange) {
			return watchFile(core.path, onChange);
		},
	};
}
