import assert from 'node:assert/strict';
import {request} from 'node:http';
import {suite, test} from 'node:test';
import type {Practice} from '../../source/practice/practice.ts';
import {approve, heading, hiddenFields} from '../helpers/approve.ts';
import {call, requestToken} from './call.ts';
import {authorize, practiceFor} from './fixture.ts';

suite('the authorize page', () => {
	test('says that it is practice, offers the accounts and chooses the expected one', async t => {
		const practice = await practiceFor(t);
		const {url} = await requestToken(practice);
		const page = await (await fetch(`${url}&force_login=true&screen_name=kettle_poem`)).text();
		assert.match(page, /Practice<\/strong>.*It is not X/);
		assert.match(page, /value="harbour_poem">/);
		assert.match(page, /value="kettle_poem" checked>/);
	});

	test('offers accounts that have granted access before, each once', async t => {
		const practice = await practiceFor(t);
		await authorize(practice, 'Typed_Poem');
		await authorize(practice, 'HARBOUR_poem');
		const page = await (await fetch((await requestToken(practice)).url)).text();
		assert.equal(page.match(/value="Typed_Poem"/g)?.length, 1);
		assert.equal(page.match(/value="harbour_poem"/gi)?.length, 1);
	});

	test('shows no secret, and forbids frames, scripts, caching and referrers', async t => {
		const practice = await practiceFor(t);
		const {url, secret} = await requestToken(practice);
		const answer = await fetch(url);
		const page = await answer.text();
		assert.ok(!page.includes(secret) && !page.includes(practice.appKey.consumerSecret));
		assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
		assert.match(answer.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
		assert.equal(answer.headers.get('cache-control'), 'no-store');
		assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
		assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
	});

	test('a handle that holds markup is not offered, and markup in one that is typed is refused', async t => {
		const hostile = '<b>"x"';
		const practice = await practiceFor(t, {handles: [hostile]});
		const {url} = await requestToken(practice);
		const page = await (await fetch(`${url}&screen_name=${encodeURIComponent(hostile)}`)).text();
		assert.ok(!page.includes('<b>'));
		await assert.rejects(approve(url, hostile), /Authorize keymaker/);
		assert.match(await approve(url, '@harbour_poem'), /^\d{7}$/);
	});

	test('a form without an account comes back and says so', async t => {
		const practice = await practiceFor(t);
		const {url} = await requestToken(practice);
		const answer = await submit(url, {action: 'authorize'});
		assert.equal(answer.status, 400);
		assert.match(await answer.text(), /Choose an account first/);
	});

	test('a bad name comes back as it was typed, beside why, and the choice stays', async t => {
		const practice = await practiceFor(t);
		const {url} = await requestToken(practice);
		for (const other of ['moth poem', '"><b>', 'x'.repeat(40), '@moth-poem']) {
			const answer = await submit(`${url}&screen_name=kettle_poem`, {
				action: 'authorize',
				account: 'harbour_poem',
				other,
			});
			assert.equal(answer.status, 400);
			const page = await answer.text();
			const field = /<input type="text"[^>]*>/.exec(page)?.[0] ?? '';
			assert.equal(unescaped(/value="([^"]*)"/.exec(field)?.[1] ?? ''), other);
			assert.match(field, /aria-invalid="true" aria-describedby="problem" autofocus/);
			assert.match(page, /id="problem">A handle has 1 to 15 letters, digits and underscores\./);
			assert.deepEqual(accountsOn(page), ['@kettle_poem', '@harbour_poem']);
			assert.match(page, /value="harbour_poem" checked>/);
			assert.equal(hiddenFields(page).expected, 'kettle_poem');
		}

		assert.match(await approve(url, 'moth_poem'), /^\d{7}$/);
	});

	test('this flock’s accounts come first, the taken ones after the free ones and marked; those of other flocks last', async t => {
		const taken = new Map([
			['Harbour_Poem', 'harbour'],
			['ours_by_hand', 'night <train>'],
		]);
		const practice = await practiceFor(t, {
			handles: ['harbour_poem', 'kettle_poem', 'moth_poem', 'snow_poem'],
			taken: async () => taken,
		});
		for (const account of ['of_other_flock', 'harbour_poem', 'ours_by_hand', 'moth_poem']) {
			await authorize(practice, account);
		}

		const {url} = await requestToken(practice);
		const page = await (await fetch(`${url}&screen_name=snow_poem`)).text();
		const [ours = '', others = ''] = page.split('Other flocks');
		assert.deepEqual(accountsOn(ours), [
			'@snow_poem',
			'@kettle_poem',
			'@harbour_poem has a key: harbour',
			'@moth_poem authorized before',
			'@ours_by_hand has a key: night <train>',
		]);
		assert.deepEqual(accountsOn(others), ['@of_other_flock authorized before']);

		taken.set('kettle_poem', 'kettle');
		assert.ok(accountsOn(await (await fetch(url)).text()).includes('@kettle_poem has a key: kettle'));
	});

	test('a large flock’s page offers twelve free accounts', async t => {
		const handles = Array.from({length: 40}, (_, index) => `poem_${index}`);
		const taken = new Map(handles.slice(0, 5).map(handle => [handle, `bot of ${handle}`]));
		const practice = await practiceFor(t, {handles, taken: async () => taken});
		const page = await (await fetch((await requestToken(practice)).url)).text();
		assert.deepEqual(accountsOn(page), [
			...handles.slice(5, 17).map(handle => `@${handle}`),
			...handles.slice(0, 5).map(handle => `@${handle} has a key: bot of ${handle}`),
		]);
	});

	test('a keystore that cannot be read costs the page its marks alone', async t => {
		const taken = async () => {
			throw new Error('damaged');
		};
		const practice = await practiceFor(t, {taken});
		assert.match(await approve((await requestToken(practice)).url, 'harbour_poem'), /^\d{7}$/);
	});

	test('a browser that has authorized is signed in: its account is chosen, unless the link forces a sign-in', async t => {
		const practice = await practiceFor(t);
		const granted = await submit((await requestToken(practice)).url, {
			action: 'authorize',
			account: 'harbour_poem',
		});
		const [cookie = '', ...attributes] = (granted.headers.get('set-cookie') ?? '').split('; ');
		assert.deepEqual(attributes, ['Path=/oauth/', 'HttpOnly', 'SameSite=Lax']);

		const {url} = await requestToken(practice);
		const shown = async (address: string, sent: string) =>
			(await fetch(address, {headers: {cookie: sent}})).text();
		const chosenOn = (page: string) => /value="(\w+)" checked>/.exec(page)?.[1] ?? null;
		for (const [query, chosen] of Object.entries({
			'': 'harbour_poem',
			'&screen_name=kettle_poem': 'harbour_poem',
			'&force_login=false': 'harbour_poem',
			'&force_login=true': null,
			'&force_login=true&screen_name=kettle_poem': 'kettle_poem',
		})) {
			const page = await shown(url + query, `a=b; ${cookie}`);
			assert.match(page, /This browser is signed in as <strong>@harbour_poem<\/strong>/, query);
			assert.equal(chosenOn(page), chosen, query);
		}

		for (const none of ['', 'keymaker_practice_account=<b>', 'keymaker_practice_account', 'a=harbour_poem']) {
			const page = await shown(url, none);
			assert.doesNotMatch(page, /signed in/);
			assert.equal(chosenOn(page), null);
		}
	});

	test('Cancel, and a form that comes back, sign nobody in', async t => {
		const practice = await practiceFor(t);
		const {url} = await requestToken(practice);
		for (const fields of [{action: 'authorize', other: 'no name'}, {action: 'cancel'}]) {
			assert.equal((await submit(url, fields)).headers.get('set-cookie'), null);
		}
	});

	test('a link that is unknown, used or cancelled is void', async t => {
		const practice = await practiceFor(t);
		const {url} = await requestToken(practice);
		await approve(url, 'harbour_poem');
		for (const stale of [url, `${practice.origin}/oauth/authorize?oauth_token=practice`]) {
			const answer = await fetch(stale);
			assert.equal(answer.status, 404);
			assert.equal(heading(await answer.text()), 'This link no longer works');
		}
	});

	test('a form that another site sends, or that lacks the page’s own token, authorizes nothing', async t => {
		const practice = await practiceFor(t);
		const {url} = await requestToken(practice);
		const fields = {action: 'authorize', account: 'harbour_poem'};
		const foreign: Record<string, string>[] = [
			{'sec-fetch-site': 'cross-site'},
			{'sec-fetch-site': 'same-site', origin: practice.origin},
			{'sec-fetch-site': 'none'},
			{origin: 'https://elsewhere.invalid'},
			{origin: 'null'},
		];
		for (const headers of foreign) {
			assert.equal(await postRaw(practice, url, fields, headers), 403);
		}

		assert.equal((await submit(url, {...fields, form_token: 'guessed'})).status, 403);
		const other = hiddenFields(await (await fetch((await requestToken(practice)).url)).text());
		assert.equal((await submit(url, {...fields, form_token: other.form_token ?? ''})).status, 403);

		const own = {'sec-fetch-site': 'same-origin', origin: 'null'};
		assert.equal(await postRaw(practice, url, fields, own), 200);
	});

	test('a host of any other name is turned away, from the page and from the calls', async t => {
		const practice = await practiceFor(t, {controlToken: 'practice-control'});
		const {port} = new URL(practice.origin);
		const statuses = async (host: string): Promise<number[]> =>
			Promise.all(
				['/oauth/authorize', '/2/users/me', '/practice/log'].map(path => getRaw(practice, path, host)),
			);
		for (const host of ['rebound.invalid', `rebound.invalid:${port}`, '127.0.0.1', `0.0.0.0:${port}`]) {
			assert.deepEqual(await statuses(host), [421, 421, 421]);
		}

		assert.deepEqual(await statuses(`localhost:${port}`), [404, 404, 403]);
		assert.deepEqual(await statuses('api.x.com'), [404, 400, 404]);
		assert.equal((await call(practice, {route: 'GET /2/users/me', host: `127.0.0.1:${port}`})).status, 404);
	});

	test('it listens on the loopback address alone', async t => {
		const practice = await practiceFor(t);
		assert.match(practice.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
		await assert.rejects(fetch(practice.origin.replace('127.0.0.1', '127.0.0.2')));
	});

	test('a port that is taken is named', async t => {
		const practice = await practiceFor(t);
		const port = Number(new URL(practice.origin).port);
		await assert.rejects(practiceFor(t, {port}), {
			code: 'usage',
			message: `Practice cannot listen on port ${port} of 127.0.0.1.`,
		});
	});

	test('a body beyond reason is not kept', async t => {
		const practice = await practiceFor(t);
		const answer = await fetch(`${practice.origin}/oauth/authorize`, {
			method: 'POST',
			body: 'x'.repeat(100_000),
		});
		assert.equal(answer.status, 413);
	});
});

/** The accounts that a page offers, each as it is read aloud. */
function accountsOn(page: string): string[] {
	return [...page.matchAll(/<label class="account">(.*?)<\/label>/g)].map(([, label = '']) =>
		unescaped(
			label
				.replace(/<[^>]*>/g, ' ')
				.replace(/\s+/g, ' ')
				.trim(),
		),
	);
}

function unescaped(text: string): string {
	return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

async function submit(url: string, fields: Record<string, string>): Promise<Response> {
	const hidden = hiddenFields(await (await fetch(url)).text());
	const body = new URLSearchParams({...hidden, ...fields});
	return fetch(new URL('/oauth/authorize', url), {method: 'POST', body});
}

async function postRaw(
	practice: Practice,
	url: string,
	fields: Record<string, string>,
	headers: Record<string, string>,
): Promise<number> {
	const hidden = hiddenFields(await (await fetch(url)).text());
	const body = String(new URLSearchParams({...hidden, ...fields}));
	return raw(practice, '/oauth/authorize', 'POST', headers, body);
}

function getRaw(practice: Practice, path: string, host: string): Promise<number> {
	return raw(practice, path, 'GET', {host}, '');
}

/** `fetch` lets nobody set these headers. */
function raw(
	practice: Practice,
	path: string,
	method: string,
	headers: Record<string, string>,
	body: string,
): Promise<number> {
	return new Promise((resolve, reject) => {
		const sent = request(`${practice.origin}${path}`, {method, headers}, answer => {
			answer.resume();
			answer.on('end', () => resolve(answer.statusCode ?? 0));
		});
		sent.on('error', reject);
		sent.end(body);
	});
}
