import type {FileBytes} from './disk/read.ts';
import type {DerivedKey} from './form/encryption.ts';
import type {Identity} from './form/identity.ts';
import type {State} from './state.ts';

/** A keystore as it was read. */
export type Loaded = {
	/** `null` if there is no file yet. */
	file: FileBytes | null;
	/** `null` if there is no file yet. */
	identity: Identity | null;
	state: State;
	/** Its encryption key; `null` if it is in plain text. */
	key: DerivedKey | null;
};

/** What a save makes from what it read. */
export type Edit<T> = {state: State; key?: DerivedKey | null; result: T};

/** A pure change of the whole keystore; can throw to change nothing. */
export type EditOf<T> = (loaded: Loaded) => Edit<T>;

/** The result of one of several edits. */
export type Outcome = {ok: true; result: unknown} | {ok: false; error: unknown};

/** Applies edits one after the other, each to the result of those before it. One that throws changes nothing. */
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

/** The result of the edit at an index, from which `T` comes. */
export function resultOf<T>(outcomes: readonly Outcome[], place: number): T {
	const outcome = outcomes[place];
	if (!outcome?.ok) {
		throw outcome?.error;
	}

	return outcome.result as T;
}
