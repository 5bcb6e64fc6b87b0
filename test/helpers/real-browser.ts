import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {chromium} from 'playwright-core';

/** How long a browser is waited for: a net that no load trips; milliseconds. */
const patienceMs = 240_000;

/** The browsers that tests drive, as Debian has them. */
export type Kind = 'chromium' | 'firefox';

/** What a test lets each browser do besides what keymaker asks of it: be driven, and run as root in a container. */
export const wrappers: Readonly<Record<Kind, {entry: string; program: string; shell: string}>> = {
	chromium: {
		entry: 'chromium.desktop',
		program: 'chromium',
		shell:
			'exec /usr/bin/chromium --no-sandbox --disable-gpu --disable-background-networking --remote-debugging-port=0 "$@"',
	},
	firefox: {
		entry: 'firefox-esr.desktop',
		program: 'firefox-esr',
		shell: 'exec /usr/bin/firefox-esr --remote-debugging-port 0 "$@"',
	},
};

/** A page of a browser that was started by somebody else. */
export type Driven = {
	/** Waits until the page shows a text. @returns all of its text */
	shows(wanted: RegExp): Promise<string>;
	goto(url: string): Promise<void>;
	/** Authorizes the app as this account, on practice's page. @returns the PIN */
	authorize(account: string): Promise<string>;
	/** Closes the window, as a person does. */
	close(): Promise<void>;
};

/** Waits for something that is there sooner or later. */
export async function eventually<T>(look: () => Promise<T | null>, otherwise: string): Promise<T> {
	for (const until = performance.now() + patienceMs; ; await pause(50)) {
		const found = await look();
		if (found !== null) {
			return found;
		}

		assert.ok(performance.now() < until, otherwise);
	}
}

/** Starts a display that nobody sees. */
export async function openDisplay(): Promise<{name: string; close(): Promise<void>}> {
	const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1200x900x24', '-nolisten', 'tcp'], {
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const [number] = await once(server.stdout, 'data');
	return {
		name: `:${String(number).trim()}`,
		async close() {
			server.kill();
			await once(server, 'exit');
		},
	};
}

/** Takes over the page that a browser with this profile has opened at an address. */
export async function drive(kind: Kind, profile: string, url: string): Promise<Driven> {
	return asPerson(await (kind === 'chromium' ? driveChromium(profile, url) : driveFirefox(profile, url)));
}

/** What can be done with a page from outside. */
type Page = {
	evaluate(script: string): Promise<unknown>;
	goto(url: string): Promise<unknown>;
	close(): Promise<unknown>;
};

function asPerson(page: Page): Driven {
	const text = async () => String(await page.evaluate('document.body?.innerText ?? ""').catch(() => ''));
	const shows = (wanted: RegExp) =>
		eventually(async () => {
			const shown = await text();
			return wanted.test(shown) ? shown : null;
		}, `the page does not show ${wanted}`);
	return {
		shows,
		async goto(url) {
			await page.goto(url);
		},
		async authorize(account) {
			await shows(/Authorize keymaker/);
			await page.evaluate(`(() => {
				const offered = [...document.querySelectorAll('input[name=account]')].find(one => one.value === '${account}');
				if (offered) offered.click(); else document.querySelector('input[name=other]').value = '${account}';
				document.querySelector('button[value=authorize]').click();
			})()`);
			await shows(/Your PIN/);
			return String(await page.evaluate('document.querySelector("#pin").textContent'));
		},
		async close() {
			await page.close();
		},
	};
}

async function driveChromium(profile: string, url: string): Promise<Page> {
	const file = path.join(profile, 'DevToolsActivePort');
	const port = await eventually(async () => {
		const [first, second] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
		return second === undefined ? null : String(first);
	}, 'Chromium opens no port');
	const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, {timeout: patienceMs});
	return eventually(async () => {
		const pages = browser.contexts().flatMap(context => context.pages());
		return pages.find(page => page.url() === url) ?? null;
	}, `Chromium does not open ${url}`);
}

/** Firefox speaks WebDriver BiDi, which playwright does not for a Firefox of Debian's. */
async function driveFirefox(profile: string, url: string): Promise<Page> {
	const file = path.join(profile, 'WebDriverBiDiServer.json');
	const {ws_host: host, ws_port: port} = await eventually(async () => {
		const text = await readFile(file, 'utf8').catch(() => '');
		return text.endsWith('}') ? (JSON.parse(text) as {ws_host: string; ws_port: number}) : null;
	}, 'Firefox opens no port');
	const socket = new WebSocket(`ws://${host}:${port}/session`);
	await once(socket, 'open');
	const answers = new Map<number, (answer: {result?: unknown; message?: string}) => void>();
	socket.addEventListener('message', ({data}) => {
		const answer = JSON.parse(String(data));
		answers.get(answer.id)?.(answer);
	});
	let last = 0;
	// biome-ignore lint/suspicious/noExplicitAny: what each call answers is its own
	async function call(method: string, params: object): Promise<any> {
		last += 1;
		const id = last;
		const answered = new Promise<{result?: unknown; message?: string}>(resolve => answers.set(id, resolve));
		socket.send(JSON.stringify({id, method, params}));
		const {result, message} = await answered;
		assert.ok(result !== undefined, message);
		return result;
	}

	await call('session.new', {capabilities: {}});
	const context = await eventually(async () => {
		const {contexts} = await call('browsingContext.getTree', {});
		return contexts.find((one: {url: string}) => one.url === url)?.context ?? null;
	}, `Firefox does not open ${url}`);
	return {
		async evaluate(expression) {
			const {result} = await call('script.evaluate', {expression, target: {context}, awaitPromise: false});
			return result?.value;
		},
		goto: address => call('browsingContext.navigate', {context, url: address, wait: 'complete'}),
		async close() {
			// The last tab, closed by itself, leaves Firefox running while it is driven.
			const closed = once(socket, 'close');
			socket.send(JSON.stringify({id: 0, method: 'browser.close', params: {}}));
			await closed;
		},
	};
}
