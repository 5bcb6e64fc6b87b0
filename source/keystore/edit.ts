import type {FileBytes} from './disk/read.ts';
import type {DerivedKey} from './form/encryption.ts';
import type {Identity} from './form/identity.ts';
import type {State} from './state.ts';

/** A keystore as it was read. */
export type Loaded = {
	/** `null` where there is no file yet. */
	file: FileBytes | null;
	/** `null` where there is no file yet. */
	identity: Identity | null;
	state: State;
	/** What it is encrypted with; `null` where it stands in plain text. */
	key: DerivedKey | null;
};

/** What a save makes of what it read. */
export type Edit<T> = {state: State; key?: DerivedKey | null; result: T};

/** A pure change of the whole keystore; may throw to change nothing. */
export type EditOf<T> = (loaded: Loaded) => Edit<T>;

/** What came of one of several edits. */
export type Outcome = {ok: true; result: unknown} | {ok: false; error: unknown};

/** Makes edits one after the other, each on what those before it have made; one that throws changes nothing. */
export function editEach(
	edits: readonly EditOf<unknown>[],
	loaded: Loaded,
): {loaded: Loaded; outcomes: Outcome[]} {
	let current = loaded;
	const outcomes = edits.map((edit): Outcome => {
		try {
			const {state, key = current.key, result} = edit(current);
			current = {...current, state, key};
			return {ok: true, result};
		} catch (error) {
			return {ok: false, error};
		}
	});
	return {loaded: current, outcomes};
}

/** The result of the edit that stood at a place, which is the one that `T` was taken from. */
export function resultOf<T>(outcomes: readonly Outcome[], place: number): T {
	const outcome = outcomes[place];
	if (!outcome?.ok) {
		throw outcome?.error;
	}

	return outcome.result as T;
}
