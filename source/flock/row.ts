import type {Bot, Status} from './flock.ts';
import type {AccessLevel} from './key.ts';

/** One bot as `list --json` and the library give it: the contract with programs. Holds no secret. */
export type BotRow = {
	/** The bot's name. */
	bot: string;
	/** The poem's path; `null` where the poem is gone. */
	poem: string | null;
	/** Where the poem leads, an absolute path; only of a link out of the folder of poems. Post nothing from such a one. */
	poemLink?: string;
	status: Status;
	/** The account of the key in force, without @; `null` without one, or where an imported key has not said it yet. */
	handle: string | null;
	/** The account that the bot is meant to have, without @; `null` where any will do. */
	expectedHandle: string | null;
	/** The account of the first of `heldHandles`; `null` where none is held. */
	heldHandle: string | null;
	/** The accounts of the keys that wait for a decision, without @, oldest first. */
	heldHandles: string[];
	/** The account of the first key that waits on this computer for a keystore which is elsewhere; `null` where none does. */
	waitingHandle: string | null;
	/** The account's id, decimal digits. */
	userId: string | null;
	/** What X said that the key may do. */
	accessLevel: AccessLevel | null;
	/** ISO 8601 in UTC; `null` for an imported key of unknown age. */
	authorizedAt: string | null;
	/** When X was last asked who the key is; ISO 8601 in UTC. */
	checkedAt: string | null;
};

/** @param poem the poem's path, as the reader can use it. */
export function rowOf(
	{name, poem: itsPoem, status, key, held, expectedHandle, waiting}: Bot,
	poem: string | null,
): BotRow {
	return {
		bot: name,
		poem,
		...(itsPoem?.leadsTo === undefined ? {} : {poemLink: itsPoem.leadsTo}),
		status,
		handle: key?.handle || null,
		expectedHandle,
		heldHandle: held[0]?.key.handle || null,
		heldHandles: held.map(({key: {handle}}) => handle),
		waitingHandle: waiting?.[0]?.handle || null,
		userId: key?.userId ?? null,
		accessLevel: key?.accessLevel ?? null,
		authorizedAt: key?.authorizedAt ?? null,
		checkedAt: key?.checkedAt ?? null,
	};
}
