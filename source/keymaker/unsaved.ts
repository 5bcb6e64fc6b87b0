import type {FreshKey} from '../flock/key.ts';

/** Fresh keys in memory: each stays from the moment it has come until it is saved. */
export type UnsavedKeys = {
	/** Adds a key as its bot's newest, in the place of an earlier one of the same token. */
	add(bot: string, fresh: FreshKey): void;
	/** Takes out the key of a token, which has been saved. */
	remove(bot: string, accessToken: string): void;
	/** A bot's keys, oldest first. */
	of(bot: string): readonly FreshKey[];
	/** The bots that have any. */
	bots(): string[];
};

/** Nothing is unsaved at first. */
export function createUnsavedKeys(): UnsavedKeys {
	const keys = new Map<string, readonly FreshKey[]>();
	const of = (bot: string) => keys.get(bot) ?? [];
	const others = (bot: string, token: string) => of(bot).filter(({key}) => key.accessToken !== token);
	return {
		add(bot, fresh) {
			keys.set(bot, [...others(bot, fresh.key.accessToken), fresh]);
		},
		remove(bot, accessToken) {
			keys.set(bot, others(bot, accessToken));
		},
		of,
		bots: () => [...keys].filter(([, waiting]) => waiting.length > 0).map(([bot]) => bot),
	};
}
