import {cleanHandle, handleKey} from '../flock/key.ts';
import type {Answer} from './answer.ts';
import type {Link, Links} from './links.ts';
import {type Account, cancelledPage, choicePage, pinPage, refusedPage, sentBack, stalePage} from './pages.ts';
import {sessionOf, signedIn} from './session.ts';
import type {Tokens} from './tokens.ts';

/** A form sent to the page, with the headers that say where it came from. */
export type SentForm = {
	fields: URLSearchParams;
	/** `sec-fetch-site`; every current browser sends it. */
	site: string | undefined;
	origin: string | undefined;
	/** Its cookies, as in the header. */
	cookies: string | undefined;
};

/** The page where the account's owner authorizes the app. */
export type AuthorizePage = {
	/** Shows the choice of accounts. The signed-in account is selected, unless the link forces a sign-in. */
	show(query: URLSearchParams, cookies: string | undefined): Promise<Answer>;
	/** Handles the choice. */
	submit(form: SentForm): Promise<Answer>;
};

/** The form's initial values, and why it came back. */
type Given = {
	/** The account that keymaker asked for; empty for any. */
	expected: string;
	/** The selected account; empty for none. */
	account: string;
	/** The account typed instead. */
	typed: string;
	problem: string | null;
	/** The account that the browser is signed in as; `null` for none. */
	session: string | null;
};

/** The app's name on the page. */
const app = 'keymaker';

/** How many accounts to offer for new bots. Any other can be typed. */
const mostFree = 12;

/** X's rule for screen names. */
const handlePattern = /^\w{1,15}$/;

/**
 * @param origins the addresses of the page.
 * @param handles the accounts to offer before any has granted access.
 * @param taken the flock's accounts, each with the bot that has its key.
 */
export function createAuthorizePage(
	links: Links,
	tokens: Tokens,
	origins: readonly string[],
	handles: readonly string[],
	taken: () => Promise<ReadonlyMap<string, string>>,
): AuthorizePage {
	async function choice(link: Link, given: Given): Promise<Answer> {
		const {flock, others} = await accounts(given.expected);
		const chosen = given.account === '' ? given.expected : given.account;
		return choicePage({
			link,
			app,
			flock,
			others,
			expected: given.expected,
			chosen: handlePattern.test(cleanHandle(chosen)) ? cleanHandle(chosen) : null,
			typed: given.typed,
			problem: given.problem,
			session: given.session,
		});
	}

	/** The flock's accounts, expected and free ones first, and those that other flocks have used. */
	async function accounts(expected: string): Promise<{flock: Account[]; others: Account[]}> {
		const [granted, ofFlock] = await Promise.all([
			tokens.handles(),
			// Without the keystore's answer, only the mark is missing.
			taken().catch(() => new Map<string, string>()),
		]);
		const bots = new Map([...ofFlock].map(([handle, bot]) => [handleKey(handle), bot]));
		const used = new Set(granted.map(handleKey));
		const seen = new Set<string>();
		const offer = (names: readonly string[]): Account[] =>
			names.map(cleanHandle).flatMap(handle => {
				const key = handleKey(handle);
				if (!handlePattern.test(handle) || seen.has(key)) {
					return [];
				}

				seen.add(key);
				const bot = bots.get(key);
				const mark = bot === undefined ? (used.has(key) ? 'authorized before' : null) : `has a key: ${bot}`;
				return [{handle, mark}];
			});
		const wanted = offer([expected]);
		const named = offer(handles);
		const free = named.filter(({mark}) => mark === null).slice(0, mostFree);
		const marked = [...named.filter(({mark}) => mark !== null), ...offer([...ofFlock.keys()])];
		return {flock: [...wanted, ...free, ...marked], others: offer(granted)};
	}

	return {
		async show(query, cookies) {
			const link = links.find(query.get('oauth_token') ?? '');
			const expected = query.get('screen_name') ?? '';
			const session = sessionOf(cookies);
			const account = query.get('force_login') === 'true' ? '' : (session ?? '');
			return link && link.approval === null
				? choice(link, {expected, account, typed: '', problem: null, session})
				: stalePage();
		},

		async submit({fields, site, origin, cookies}) {
			if (!isOwn(site, origin, origins)) {
				return refusedPage(403, 'Another site sent this form. Nothing was authorized.');
			}

			const link = links.find(fields.get('oauth_token') ?? '');
			if (!link || link.approval !== null) {
				return stalePage();
			}

			if (fields.get('form_token') !== link.formToken) {
				return refusedPage(403, 'This form did not come from the link’s own page. Nothing was authorized.');
			}

			if (fields.get('action') === 'cancel') {
				links.remove(link);
				return link.callback === null ? cancelledPage(app) : sentBack(link.callback, {denied: link.token});
			}

			const given = {
				expected: fields.get('expected') ?? '',
				account: fields.get('account') ?? '',
				typed: fields.get('other') ?? '',
				session: sessionOf(cookies),
			};
			const handle = cleanHandle(given.typed) || cleanHandle(given.account);
			if (fields.get('action') !== 'authorize' || handle === '') {
				return choice(link, {...given, problem: 'Choose an account first.'});
			}

			if (!handlePattern.test(handle)) {
				const problem = 'A handle has 1 to 15 letters, digits and underscores.';
				return choice(link, {...given, problem});
			}

			const verifier = links.approve(link, handle);
			const answer =
				link.callback === null
					? pinPage(verifier, handle, app)
					: sentBack(link.callback, {oauth_token: link.token, oauth_verifier: verifier});
			return signedIn(answer, handle);
		},
	};
}

/**
 * True if a browser says that the form is our own page's, or if no browser sent it. `Origin` decides only
 * without `Sec-Fetch-Site`: under `no-referrer` browsers send `null` even from our own page.
 */
function isOwn(site: string | undefined, origin: string | undefined, origins: readonly string[]): boolean {
	return site === undefined ? origin === undefined || origins.includes(origin) : site === 'same-origin';
}
