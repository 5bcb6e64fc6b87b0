import {FlockError} from './error.ts';

/** The path that X sends the browser to. */
export const callbackPath = '/keymaker';

/** The port that setup offers. */
export const offeredPort = 8765;

/**
 * Where X sends the browser: the number of a port of this computer's own, or `never` for PINs alone.
 * Any free port for 0, which practice alone takes: at X an address has to stand in the app's settings.
 */
export type CallbackPort = number | 'never';

/** The address that has to stand in the app's settings at X, to the last slash. X allows no `localhost` there. */
export function callbackAddress(port: number): string {
	return `http://127.0.0.1:${port}${callbackPath}`;
}

/** A port as a person gives it; `null` for what is none. */
export function portFrom(text: string): number | null {
	const port = /^[1-9]\d{0,4}$/.test(text.trim()) ? Number(text) : 0;
	return port > 0 && port < 65_536 ? port : null;
}

/** Why X shows a PIN although its answer was to come to a callback address of the app's. @param more what can be done as well */
export function refusedCallback(address: string, more = ''): FlockError {
	return new FlockError('x-callback', `X rejected the callback address ${address}.`, {
		field: 'callback',
		hint: `Add it in X’s Developer Console, under “User authentication settings”, exactly as it stands here.${more}`,
	});
}
