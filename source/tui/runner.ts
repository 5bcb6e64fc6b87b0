import {FlockError} from '../flock/error.ts';
import type {Services} from '../services.ts';
import {foreseen} from '../system/errors.ts';
import {authorizeWork} from './authorize/work.ts';
import {exportWork} from './export/work.ts';
import {createReading, flockWork} from './flock/work.ts';
import type {Action, AppExit, Effect} from './model/action.ts';
import {createAttempts} from './model/attempts.ts';
import type {Tools, Work} from './model/work.ts';
import {overlayWork} from './overlay/work.ts';
import {setupWork} from './setup/work.ts';

/** What the runner needs from the window. */
export type Host = {
	end(exit: AppExit): void;
	suspend(): Promise<void>;
	/** Ends the program after an unexpected error. */
	fail(error: unknown): void;
};

/** Does the work that the reducer requests. */
export type Runner = {
	run(effect: Effect): void;
	/** Stops timers and everything that can still be cancelled. */
	stop(): void;
};

/**
 * Creates the runner, which passes each effect to its feature. Every result returns as an action with its
 * attempt's number. A `FlockError` is an expected result; anything else ends the program, unless a key is
 * only in memory.
 */
export function createRunner(services: Services, dispatch: (action: Action) => void, host: Host): Runner {
	const timers = new Set<NodeJS.Timeout>();
	const notify: Tools['notify'] = (text, tone = 'plain') => dispatch({type: 'notice', text, tone});
	const attempts = createAttempts();
	const read = createReading(services, dispatch);
	const tools: Tools = {services, dispatch, attempts, undos: [], read, notify, later};
	const work: Work = {
		...flockWork(tools),
		...authorizeWork(tools),
		...setupWork(tools),
		...exportWork(tools),
		...overlayWork(tools),
		leave: ({attempt}) => attempts.leave(attempt),
		timer: ({timer, ms}) => later(ms, () => dispatch({type: 'timer', timer})),
		suspend: () => host.suspend(),
		end: ({exit}) => host.end(exit),
	};

	function later(ms: number, callback: () => unknown): () => void {
		const timer = setTimeout(() => {
			timers.delete(timer);
			attempt(callback);
		}, ms);
		timers.add(timer);
		return () => {
			clearTimeout(timer);
			timers.delete(timer);
		};
	}

	async function attempt(does: () => unknown): Promise<void> {
		try {
			await does();
		} catch (error) {
			// While a key is only in memory, only the person ends the program.
			if (error instanceof FlockError || services.keymaker.unsaved().length > 0) {
				const {message, hint} = foreseen(error);
				notify(`${message} ${hint}`, 'bad');
			} else {
				host.fail(error);
			}
		}
	}

	return {
		run(effect) {
			const does = work[effect.type] as (effect: Effect) => unknown;
			attempt(() => does(effect));
		},
		stop() {
			for (const timer of timers) {
				clearTimeout(timer);
			}

			attempts.stop();
		},
	};
}
