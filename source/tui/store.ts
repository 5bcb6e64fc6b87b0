import {roomOf} from './layout.ts';
import type {Action} from './model/action.ts';
import {inRoom} from './model/room.ts';
import type {State} from './model/state.ts';
import type {Step} from './model/step.ts';
import {reduce} from './reducer.ts';
import type {Runner} from './runner.ts';

/** Holds the state: handles actions one by one, and passes the work that follows to the runner. */
export type Store = {
	get(): State;
	dispatch(action: Action): void;
	/** Calls back after each change; returns how to stop. */
	subscribe(onChange: () => void): () => void;
	/** Stops running work if possible. Results of the rest are ignored. */
	stop(): void;
};

/** One step of the reducer, with its frame's room. @param now milliseconds since 1970. */
export function advance(state: State, action: Action, now: number): Step {
	const done = reduce(state, action, now);
	return {...done, state: inRoom(done.state, roomOf(done.state))};
}

/**
 * Creates the store.
 * @param startRunner gets `dispatch`, and returns the runner.
 */
export function createStore(
	initial: State,
	now: () => number,
	startRunner: (dispatch: (action: Action) => void) => Runner,
): Store {
	let state = inRoom(initial, roomOf(initial));
	const listeners = new Set<() => void>();
	const runner = startRunner(dispatch);

	let stopped = false;

	function dispatch(action: Action): void {
		if (stopped) {
			return;
		}

		const before = state;
		const {state: after, effects} = advance(state, action, now());
		state = after;
		if (after !== before) {
			for (const listener of listeners) {
				listener();
			}
		}

		for (const effect of effects) {
			runner.run(effect);
		}
	}

	return {
		get: () => state,
		dispatch,
		subscribe(onChange) {
			listeners.add(onChange);
			return () => listeners.delete(onChange);
		},
		stop() {
			stopped = true;
			runner.stop();
		},
	};
}
