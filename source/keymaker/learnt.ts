import {type BotRecord, type KeyInfo, sameHandle} from '../flock/key.ts';
import type {Keystore} from '../keystore/keystore.ts';
import {unfinished} from '../system/unfinished.ts';

/**
 * How long to collect X's answers before saving them together, in milliseconds. Answers lost in a kill can be
 * asked for again.
 */
const gatherFor = 1000;

/** What X said about a token. */
type Learnt = {accessToken: string; fields: Partial<KeyInfo>};

/** Saves X's answers about keys during a check. */
export type LearntKeeper = {
	/** Saves X's answer about a bot's key, unless the record has another key by now. */
	keep(bot: string, accessToken: string, fields: Partial<KeyInfo>): void;
	/** Resolves when everything is in the file. @throws FlockError `keystore-…` if something was not saved. */
	finish(): Promise<void>;
};

/**
 * Saves X's first answer immediately, to stop early if nothing can be saved, and then the answers of each
 * second together, because each save writes the whole file twice.
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
		// A renamed account is still the expected one.
		const isExpected = expectedHandle !== null && sameHandle(expectedHandle, key.handle);
		return {...record, key: next, expectedHandle: isExpected ? next.handle : expectedHandle};
	};
}
