import type {Bot, Status} from './flock.ts';
import type {AccessLevel} from './key.ts';

/** One bot for `list --json` and the library: the contract with programs. Holds no secret. */
export type BotRow = {
	/** The bot's name. */
	bot: string;
	/** The poem's path; `null` if the poem is gone. */
	poem: string | null;
	/** The poem's absolute target, only if it is a link out of the folder of poems. Never post from such a poem. */
	poemLink?: string;
	status: Status;
	/** The active key's account, without @; `null` without a key, or if an imported key has not said it yet. */
	handle: string | null;
	/** The account that the bot should have, without @; `null` for any. */
	expectedHandle: string | null;
	/** The first of `heldHandles`; `null` if none is held. */
	heldHandle: string | null;
	/** The accounts of the keys to decide about, without @, oldest first. */
	heldHandles: string[];
	/** The account of the first key that waits on this computer for an unreachable keystore; `null` if there is none. */
	waitingHandle: string | null;
	/** The account's id, decimal digits. */
	userId: string | null;
	/** What X said the key may do. */
	accessLevel: AccessLevel | null;
	/** ISO 8601 in UTC; `null` for an imported key of unknown age. */
	authorizedAt: string | null;
	/** When X was last asked about the key; ISO 8601 in UTC. */
	checkedAt: string | null;
};

/** @param poem the poem's path for the reader. */
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
