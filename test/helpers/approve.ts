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
	const hidden = hiddenFields(await (await fetch(url)).text());
	const answer = await fetch(new URL('/oauth/authorize', url), {
		method: 'POST',
		body: new URLSearchParams({...hidden, ...fields}),
	});
	return answer.text();
}
