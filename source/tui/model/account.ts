import type {Bot} from '../../flock/flock.ts';

/** The account that a bot has, may get, or should have; handles without @. */
export type Contact = {handle: string | null; id: string | null};

/**
 * The account of a bot's active key, else of the newest held one, else the expected one; `null` if nothing is
 * known.
 */
export function contactOf({key, held, expectedHandle}: Bot): Contact | null {
	const known = key ?? held.at(-1)?.key;
	if (known !== undefined) {
		return {handle: known.handle || null, id: known.userId};
	}

	return expectedHandle === null ? null : {handle: expectedHandle, id: null};
}

/** An account's page; `null` in practice, where nothing leads to X, and for a handle that X cannot have. */
export function accountPage({handle, id}: Contact, practice: boolean): string | null {
	if (practice) {
		return null;
	}

	if (handle !== null && /^\w{1,50}$/.test(handle)) {
		return `https://x.com/${handle}`;
	}

	return id !== null && /^\d+$/.test(id) ? `https://x.com/i/user/${id}` : null;
}
