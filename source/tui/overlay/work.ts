import type {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import {checkKeys} from '../../keymaker/check.ts';
import {type Forgotten, forgetBot, revokeBot} from '../../keymaker/forget.ts';
import {grantBots, keptBy, ungrantBots} from '../../keymaker/grant.ts';
import {expected, problemOf} from '../model/problem.ts';
import {namesOf} from '../model/text.ts';
import type {Tools, Work} from '../model/work.ts';

type OverlayWork = Pick<
	Work,
	'expect-handle' | 'grant' | 'ungrant' | 'check' | 'forget' | 'revoke' | 'bring-back'
>;

/** The overlays' work: sets handles, asks X about keys, removes and restores keys. */
export function overlayWork(tools: Tools): OverlayWork {
	const {services, dispatch, attempts, read, notify} = tools;
	const {keymaker, keystore} = services;
	return {
		...forgetWork(tools),
		async 'expect-handle'({bot, handle}) {
			await keymaker.expectHandle(bot, handle);
			const record = await keystore.get(bot);
			const expectedHandle = record?.expectedHandle ?? null;
			await read();
			notify(
				expectedHandle === null
					? `${visible(bot)} can use any account.`
					: `${visible(bot)} should post as @${visible(expectedHandle)}.`,
				'good',
			);
		},
		async grant({bots, host}) {
			await grantBots(bots, host, services);
			await read();
			notify(`${host.name} can open ${namesOf(bots)}.`, 'good');
		},
		async ungrant({bots, name}) {
			await ungrantBots(bots, name, keystore);
			await read();
			const {sentence, hint} = keptBy(name, bots);
			notify(`${visible(name)} can no longer open ${namesOf(bots)}. ${sentence} ${hint}`, 'good');
		},
		async check({attempt, bots}) {
			await attempts.run(attempt, async signal => {
				try {
					const results = await checkKeys(bots, services, {
						signal,
						onResult: ({bot, key, error}) =>
							dispatch({
								type: 'checked',
								attempt,
								bot,
								problem: error && {...problemOf(error), rejected: key?.rejected === true},
							}),
						onWait: until => dispatch({type: 'check-pause', attempt, until}),
					});
					await read();
					dispatch({type: 'check-over', attempt, asked: results.length});
				} catch (error) {
					dispatch({type: 'check-over', attempt, asked: 0});
					throw error;
				}
			});
		},
	};
}

/** Removes keys, and remembers until the program ends how to restore forgotten ones. */
function forgetWork({
	services,
	dispatch,
	read,
	undos,
}: Tools): Pick<Work, 'forget' | 'revoke' | 'bring-back'> {
	async function forget(bots: readonly string[]): Promise<void> {
		const done: Forgotten[] = [];
		let problem: FlockError | null = null;
		for (const bot of bots) {
			try {
				done.push(await forgetBot(bot, services.keystore));
			} catch (error) {
				problem = expected(error);
				break;
			}
		}

		if (done.length > 0) {
			undos.unshift(done);
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

				dispatch({type: 'revoked', bot, problem: null});
			} catch (error) {
				// If X did not answer, the key stays, and the others are still tried.
				const why = expected(error);
				dispatch({type: 'revoked', bot, problem: problemOf(why)});
				problem ??= why;
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
		const last = undos.shift();
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

	return {forget: ({bots}) => forget(bots), revoke: ({bots}) => revoke(bots), 'bring-back': bringBack};
}
