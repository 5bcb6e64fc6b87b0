/**
 * Does on the authorize page what a person does there: chooses the account and presses Authorize app.
 * @param url the link.
 * @param account the handle, without @; typed where the page does not offer it.
 * @returns the PIN.
 */
export async function approve(url: string, account: string): Promise<string> {
	const offered = (await (await fetch(url)).text()).includes(`name="account" value="${account}"`);
	const page = await submit(url, {action: 'authorize', [offered ? 'account' : 'other']: account});
	const pin = /<code id="pin">([^<]+)<\/code>/.exec(page)?.[1];
	if (pin === undefined) {
		throw new Error(`The authorize page shows no PIN: ${heading(page)}`);
	}

	return pin;
}

/** Presses Cancel on the authorize page. */
export async function cancel(url: string): Promise<void> {
	const page = await submit(url, {action: 'cancel'});
	if (heading(page) !== 'Cancelled') {
		throw new Error(`The authorize page did not cancel: ${heading(page)}`);
	}
}

/** The hidden fields of the form on a page. */
export function hiddenFields(page: string): Record<string, string> {
	const inputs = page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
	return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, value]));
}

/** The page's heading. */
export function heading(page: string): string {
	return /<h1>(.*?)<\/h1>/.exec(page)?.[1] ?? page.slice(0, 200);
}

async function submit(url: string, fields: Record<string, string>): Promise<string> {
	return (await sent(url, fields, 'follow')).text();
}

async function sent(url: string, fields: Record<string, string>, redirect: 'follow' | 'manual') {
	const hidden = hiddenFields(await (await fetch(url)).text());
	const body = new URLSearchParams({...hidden, ...fields});
	return fetch(new URL('/oauth/authorize', url), {method: 'POST', body, redirect});
}

/**
 * Chooses the account and presses Authorize app where X calls back, as a browser does, and follows it.
 * @returns what the page says then.
 */
export async function answerTo(url: string, account: string): Promise<string> {
	return sentenceOf(await submit(url, {action: 'authorize', other: account}));
}

/** Presses Cancel there. @returns what the page says then. */
export async function denyTo(url: string): Promise<string> {
	return sentenceOf(await submit(url, {action: 'cancel'}));
}

/** Chooses the account and presses Authorize app, and does not follow. @returns the address that the browser is sent to */
export async function approveBack(url: string, account: string): Promise<string> {
	return locationOf(await sent(url, {action: 'authorize', other: account}, 'manual'));
}

/** Presses Cancel there, and does not follow. @returns the address that the browser is sent to */
export async function cancelBack(url: string): Promise<string> {
	return locationOf(await sent(url, {action: 'cancel'}, 'manual'));
}

function locationOf({status, headers}: Response): string {
	const location = headers.get('location');
	if (status !== 302 || location === null) {
		throw new Error(`The authorize page sends nobody back: ${status}`);
	}

	return location;
}

function sentenceOf(page: string): string {
	return /<p>([^<]*)<\/p>/.exec(page)?.[1] ?? heading(page);
}
