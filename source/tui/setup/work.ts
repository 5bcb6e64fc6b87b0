import {cleanAppKey} from '../../keymaker/app-key.ts';
import {expected, problemOf} from '../model/problem.ts';
import type {Tools, Work} from '../model/work.ts';

/** The work of the setup: trying an app key at X, and saving it. */
export function setupWork({services, dispatch, attempts}: Tools): Pick<Work, 'try-app'> {
	const {x, keystore} = services;
	return {
		async 'try-app'({attempt, consumerKey, consumerSecret}) {
			await attempts.run(attempt, async signal => {
				try {
					const appKey = cleanAppKey({
						consumerKey: consumerKey.reveal(),
						consumerSecret: consumerSecret.reveal(),
					});
					await x.tryAppKey(appKey, signal);
					await keystore.saveAppKey(appKey);
					dispatch({type: 'app-saved', attempt, app: {consumerKey: appKey.consumerKey, from: 'setup'}});
				} catch (error) {
					dispatch({type: 'app-refused', attempt, problem: problemOf(expected(error))});
				}
			});
		},
	};
}
