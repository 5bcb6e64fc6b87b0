import {newPin, practiceSecret} from './random.ts';
import type {PracticeAccess} from './tokens.ts';

/** A request token and what has become of its link. */
export type Link = {
	/** The request token; stands in the link. */
	token: string;
	/** The request token's secret. */
	secret: string;
	/** The app that asked for it. */
	consumerKey: string;
	access: PracticeAccess;
	/** Where the browser is sent with the answer; `null` where the page shows a PIN. */
	callback: string | null;
	/** Stands hidden in the link's form, so that no other page can send it. */
	formToken: string;
	/** The account that authorized the app, and the PIN it was shown, or the verifier that the browser took along; `null` until then. */
	approval: {handle: string; pin: string} | null;
};

/** The request tokens that still stand. They live as long as the program: no longer is promised at X either. */
export type Links = {
	/** A new one. */
	create(consumerKey: string, access: PracticeAccess, callback: string | null): Link;
	/** `undefined` where it never was, is used up, or was burnt. */
	find(token: string): Link | undefined;
	/** Notes who authorized it, and makes the PIN or the verifier. */
	approve(link: Link, handle: string): string;
	/** Ends it; false where that had happened before. */
	remove(link: Link): boolean;
};

/** As many links are remembered; the oldest goes first. */
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
