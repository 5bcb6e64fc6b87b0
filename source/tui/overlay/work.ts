import type {FlockError} from '../../flock/error.ts';
import {type Forgotten, forgetBot, revokeBot} from '../../keymaker/forget.ts';
import type {Services} from '../../services.ts';
import type {Action} from '../model/action.ts';
import {expected, problemOf} from '../model/problem.ts';

/** The part of the runner that takes keys away, and remembers how to bring them back. */
export type Forgetting = {
	forget(bots: readonly string[]): Promise<void>;
	revoke(bots: readonly string[]): Promise<void>;
	/** Brings back what was forgotten last; possible until the program ends. */
	bringBack(): Promise<void>;
};

/**
 * Builds it.
 * @param read reads the flock anew, so that what is said about it and what is shown of it agree.
 */
export function createForgetting(
	services: Services,
	dispatch: (action: Action) => void,
	read: () => Promise<void>,
): Forgetting {
	const {keystore} = services;
	const forgotten: Forgotten[][] = [];

	async function forget(bots: readonly string[]): Promise<void> {
		const done: Forgotten[] = [];
		let problem: FlockError | null = null;
		for (const bot of bots) {
			try {
				done.push(await forgetBot(bot, keystore));
			} catch (error) {
				problem = expected(error);
				break;
			}
		}

		if (done.length > 0) {
			forgotten.unshift(done);
		}

		await read();
		dispatch({
			type: 'forgot',
			how: 'forget',
			bots: done.map(one => one.bot),
			shared: [],
			problem: problem && problemOf(problem),
		});
	}

	async function revoke(bots: readonly string[]): Promise<void> {
		const done: string[] = [];
		const shared = new Set<string>();
		let problem: FlockError | null = null;
		for (const bot of bots) {
			try {
				const {sharedWith} = await revokeBot(bot, services);
				done.push(bot);
				for (const other of sharedWith) {
					shared.add(other);
				}
			} catch (error) {
				// The key stays where X could not be told; the others are still tried.
				problem ??= expected(error);
			}
		}

		await read();
		dispatch({
			type: 'forgot',
			how: 'revoke',
			bots: done,
			shared: [...shared],
			problem: problem && problemOf(problem),
		});
	}

	async function bringBack(): Promise<void> {
		const last = forgotten.shift();
		if (last === undefined) {
			return;
		}

		const bots: string[] = [];
		let problem: FlockError | null = null;
		for (const one of last) {
			try {
				await one.undo();
				bots.push(one.bot);
			} catch (error) {
				problem ??= expected(error);
			}
		}

		await read();
		dispatch({type: 'brought-back', bots, problem: problem && problemOf(problem)});
	}

	return {forget, revoke, bringBack};
}
