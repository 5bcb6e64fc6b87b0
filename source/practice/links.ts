import {newPin, practiceSecret} from './random.ts';
import type {PracticeAccess} from './tokens.ts';

/** A request token and its link's state. */
export type Link = {
	/** The request token, part of the link. */
	token: string;
	/** The request token's secret. */
	secret: string;
	/** The app that requested it. */
	consumerKey: string;
	access: PracticeAccess;
	/** Where the browser is sent with the answer; `null` where the page shows a PIN. */
	callback: string | null;
	/** Hidden in the link's form, so that no other page can send it. */
	formToken: string;
	/** The account that authorized the app, and the PIN it was shown, or the verifier that the browser took along; `null` until then. */
	approval: {handle: string; pin: string} | null;
};

/** The active request tokens. They live as long as the program; X promises no more either. */
export type Links = {
	/** A new one. */
	create(consumerKey: string, access: PracticeAccess, callback: string | null): Link;
	/** `undefined` if it never existed, is used up, or was ended. */
	find(token: string): Link | undefined;
	/** Notes who authorized it, and makes the PIN or the verifier. */
	approve(link: Link, handle: string): string;
	/** Ends it; false if it had already ended. */
	remove(link: Link): boolean;
};

/** How many links to remember; the oldest goes first. */
const most = 1000;

/** Links in memory. */
export function createLinks(): Links {
	const links = new Map<string, Link>();
	return {
		create(consumerKey, access, callback) {
			const link: Link = {
				token: practiceSecret(27),
				secret: practiceSecret(32),
				consumerKey,
				access,
				callback,
				formToken: practiceSecret(32),
				approval: null,
			};
			links.set(link.token, link);
			const [oldest] = links.keys();
			if (links.size > most && oldest !== undefined) {
				links.delete(oldest);
			}

			return link;
		},
		find: token => links.get(token),
		approve(link, handle) {
			const pin = link.callback === null ? newPin() : practiceSecret(32);
			link.approval = {handle, pin};
			return pin;
		},
		remove: link => links.delete(link.token),
	};
}
