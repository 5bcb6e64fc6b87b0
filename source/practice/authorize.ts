import {cleanHandle, sameHandle} from '../flock/key.ts';
import type {Answer} from './answer.ts';
import type {Link, Links} from './links.ts';
import {cancelledPage, choicePage, pinPage, refusedPage, stalePage} from './pages.ts';
import type {Tokens} from './tokens.ts';

/** A form that was sent to the page, with the headers that tell where it came from. */
export type SentForm = {
	fields: URLSearchParams;
	/** `sec-fetch-site`; every browser of today sends it. */
	site: string | undefined;
	origin: string | undefined;
};

/** The page where the account's owner authorizes the app. */
export type AuthorizePage = {
	/** Shows the choice of accounts. */
	show(query: URLSearchParams): Promise<Answer>;
	/** Takes the choice. */
	submit(form: SentForm): Promise<Answer>;
};

/** What the app is called on the page. */
const app = 'keymaker';

/** X's rule for screen names. */
const handlePattern = /^\w{1,15}$/;

/**
 * @param origins the addresses under which the page is served.
 * @param handles the accounts on offer before any has granted access.
 */
export function createAuthorizePage(
	links: Links,
	tokens: Tokens,
	origins: readonly string[],
	handles: readonly string[],
): AuthorizePage {
	async function choice(link: Link, wanted: string, problem: string | null): Promise<Answer> {
		const offered: string[] = [];
		for (const name of [wanted, ...handles, ...(await tokens.handles())]) {
			const handle = cleanHandle(name);
			if (handlePattern.test(handle) && !offered.some(other => sameHandle(other, handle))) {
				offered.push(handle);
			}
		}

		const chosen = handlePattern.test(cleanHandle(wanted)) ? cleanHandle(wanted) : null;
		return choicePage({link, app, handles: offered, chosen, problem});
	}

	return {
		async show(query) {
			const link = links.find(query.get('oauth_token') ?? '');
			return link && link.approval === null
				? choice(link, query.get('screen_name') ?? '', null)
				: stalePage();
		},

		async submit({fields, site, origin}) {
			if (!isOwn(site, origin, origins)) {
				return refusedPage(403, 'This form was sent by another site, so nothing was authorized.');
			}

			const link = links.find(fields.get('oauth_token') ?? '');
			if (!link || link.approval !== null) {
				return stalePage();
			}

			if (fields.get('form_token') !== link.formToken) {
				return refusedPage(
					403,
					'This form did not come from the link’s own page, so nothing was authorized.',
				);
			}

			if (fields.get('action') === 'cancel') {
				links.remove(link);
				return cancelledPage(app);
			}

			const typed = cleanHandle(fields.get('other') ?? '');
			const handle = typed || cleanHandle(fields.get('account') ?? '');
			if (fields.get('action') !== 'authorize' || handle === '') {
				return choice(link, '', 'Choose an account first.');
			}

			if (!handlePattern.test(handle)) {
				return choice(link, '', 'An account’s name has 1 to 15 letters, digits and underscores.');
			}

			return pinPage(links.approve(link, handle), handle, app);
		},
	};
}

/**
 * True where a browser says that the form is our own page's, or no browser sent it. `Origin` decides only
 * without `Sec-Fetch-Site`: under `no-referrer` browsers send `null` for it even from our own page.
 */
function isOwn(site: string | undefined, origin: string | undefined, origins: readonly string[]): boolean {
	return site === undefined ? origin === undefined || origins.includes(origin) : site === 'same-origin';
}
