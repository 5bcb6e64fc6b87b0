import type {Answer} from './answer.ts';

/** The cookie's name. Everything that listens on 127.0.0.1 sees it, on any port. */
const cookieName = 'keymaker_practice_account';

/** The account that a browser is signed in as, by its cookies; `null` for none. */
export function sessionOf(cookies: string | undefined): string | null {
	const values = (cookies ?? '').split(';').map(cookie => cookie.trim().split('='));
	const handle = values.find(([name]) => name === cookieName)?.[1] ?? '';
	return /^\w{1,15}$/.test(handle) ? handle : null;
}

/**
 * An answer that signs the browser in until it is closed. As at X, the account that authorizes an app is
 * signed in from then on.
 */
export function signedIn(answer: Answer, handle: string): Answer {
	const cookie = `${cookieName}=${handle}; Path=/oauth/; HttpOnly; SameSite=Lax`;
	return {...answer, headers: {...answer.headers, 'set-cookie': cookie}};
}
