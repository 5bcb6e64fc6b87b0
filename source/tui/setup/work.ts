import {callbackAddress, portFrom, refusedCallback} from '../../flock/callback.ts';
import {FlockError} from '../../flock/error.ts';
import {cleanAppKey} from '../../keymaker/app-key.ts';
import {expected, problemOf} from '../model/problem.ts';
import type {Tools, Work} from '../model/work.ts';

/** The work of the setup: trying an app key and its callback at X, and saving both. */
export function setupWork({services, dispatch, attempts}: Tools): Pick<Work, 'try-app'> {
	const {x, keystore} = services;
	return {
		async 'try-app'({attempt, consumerKey, consumerSecret, callback}) {
			await attempts.run(attempt, async signal => {
				try {
					const appKey = cleanAppKey({
						consumerKey: consumerKey.reveal(),
						consumerSecret: consumerSecret.reveal(),
					});
					const port = callbackPortIn(callback);
					const address = port === null ? null : callbackAddress(port);
					await x.tryAppKey(appKey, signal, address).catch(error => {
						const isAboutAddress = error instanceof FlockError && error.code === 'x-callback';
						throw isAboutAddress && address !== null ? refusedCallback(address, orPins) : error;
					});
					const saved = port === null ? {} : {callbackPort: port};
					await keystore.saveAppKey({...appKey, ...saved});
					const app = {consumerKey: appKey.consumerKey, from: 'setup' as const, ...saved};
					dispatch({type: 'app-saved', attempt, app});
				} catch (error) {
					dispatch({type: 'app-refused', attempt, problem: problemOf(expected(error))});
				}
			});
		},
	};
}

/** What can be done as well where X does not allow the address. */
const orPins = ' Then press enter, or empty the field to authorize by PIN.';

/** @throws FlockError `bad-app-key`, for the field of the callback */
function callbackPortIn(text: string): number | null {
	const port = portFrom(text);
	if (port === null && text.trim() !== '') {
		throw new FlockError('bad-app-key', 'A port must be a number from 1 to 65535.', {
			field: 'callback',
			hint: 'Type 8765, or leave the field empty to authorize by PIN.',
		});
	}

	return port;
}
