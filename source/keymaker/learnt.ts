import {type BotRecord, type KeyInfo, sameHandle} from '../flock/key.ts';
import type {Keystore} from '../keystore/keystore.ts';
import {unfinished} from '../system/unfinished.ts';

/** How long what X says is gathered before it goes into the file together; milliseconds. What a kill loses can be asked again. */
const gatherFor = 1000;

/** What X said of a token. */
type Learnt = {accessToken: string; fields: Partial<KeyInfo>};

/** Keeps what X says of keys while a check goes on. */
export type LearntKeeper = {
	/** Keeps what X said of a bot's key; it stays out of a record that has another key by then. */
	keep(bot: string, accessToken: string, fields: Partial<KeyInfo>): void;
	/** Resolves when everything is in the file. @throws FlockError `keystore-…` where something could not be saved. */
	finish(): Promise<void>;
};

/**
 * Saves the first of X's answers at once, since what cannot be kept need not be asked for, and then all that comes
 * within a second together: each save writes the whole file twice.
 * @param onFailure is called when a save fails.
 */
export function keepLearnt(keystore: Pick<Keystore, 'updateAll'>, onFailure: () => void): LearntKeeper {
	let unsaved = new Map<string, Learnt>();
	let timer: NodeJS.Timeout | null = null;
	let isSaved = Promise.withResolvers<void>();
	const saves: Promise<void>[] = [];

	function save(): void {
		timer = null;
		const {resolve} = isSaved;
		const changes = new Map([...unsaved].map(([bot, learnt]) => [bot, changeBy(learnt)]));
		unsaved = new Map();
		const saving = keystore.updateAll(changes);
		saving.catch(onFailure).finally(resolve);
		saves.push(saving);
	}

	function saveSoon(): void {
		timer = setTimeout(save, saves.length === 0 ? 0 : gatherFor);
		const saved = Promise.withResolvers<void>();
		isSaved = saved;
		unfinished('saving X’s answers', () => saved.promise);
	}

	return {
		keep(bot, accessToken, fields) {
			unsaved.set(bot, {accessToken, fields});
			if (timer === null) {
				saveSoon();
			}
		},
		async finish() {
			if (timer !== null) {
				clearTimeout(timer);
				save();
			}

			await Promise.all(saves);
		},
	};
}

function changeBy({accessToken, fields}: Learnt): (record: BotRecord) => BotRecord {
	return record => {
		const {key, expectedHandle} = record;
		if (key?.accessToken !== accessToken) {
			return record;
		}

		const next = {...key, ...fields};
		// An account that was renamed is still the expected one.
		const isExpected = expectedHandle !== null && sameHandle(expectedHandle, key.handle);
		return {...record, key: next, expectedHandle: isExpected ? next.handle : expectedHandle};
	};
}
