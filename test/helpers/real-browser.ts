import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';

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
			'exec /usr/bin/chromium --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --remote-debugging-port=0 "$@"',
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

/** A line to a browser over which it is driven: Chromium's own protocol and WebDriver BiDi have calls in one form. */
type Line = {
	// biome-ignore lint/suspicious/noExplicitAny: what each call answers is its own
	call(method: string, params: object): Promise<any>;
	/** Makes a call that ends the line, and waits for that. */
	last(method: string, params: object): Promise<void>;
};

async function connect(address: string): Promise<Line> {
	const socket = new WebSocket(address);
	await once(socket, 'open');
	const closed = once(socket, 'close');
	const waiting = new Map<number, (answer: {result?: unknown}) => void>();
	socket.addEventListener('message', ({data}) => {
		const answer = JSON.parse(String(data));
		waiting.get(answer.id)?.(answer);
	});
	let last = 0;
	function send(method: string, params: object): Promise<{result?: unknown}> {
		last += 1;
		const id = last;
		socket.send(JSON.stringify({id, method, params}));
		return new Promise(resolve => waiting.set(id, resolve));
	}

	return {
		async call(method, params) {
			const answer = await Promise.race([send(method, params), closed.then(() => ({result: undefined}))]);
			assert.ok(answer.result !== undefined, `${method}: ${JSON.stringify(answer)}`);
			return answer.result;
		},
		async last(method, params) {
			send(method, params);
			await closed;
		},
	};
}

async function driveChromium(profile: string, url: string): Promise<Page> {
	const file = path.join(profile, 'DevToolsActivePort');
	const address = await eventually(async () => {
		const [port, rest] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
		const listed = rest ? await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => null) : null;
		const targets = (await listed?.json()) as {url: string; webSocketDebuggerUrl: string}[] | undefined;
		return targets?.find(target => target.url === url)?.webSocketDebuggerUrl ?? null;
	}, `Chromium does not open ${url}`);
	const {call, last} = await connect(address);
	return {
		async evaluate(expression) {
			return (await call('Runtime.evaluate', {expression})).result.value;
		},
		goto: address => call('Page.navigate', {url: address}),
		close: () => last('Page.close', {}),
	};
}

async function driveFirefox(profile: string, url: string): Promise<Page> {
	const file = path.join(profile, 'WebDriverBiDiServer.json');
	const {ws_host: host, ws_port: port} = await eventually(async () => {
		const text = await readFile(file, 'utf8').catch(() => '');
		return text.endsWith('}') ? (JSON.parse(text) as {ws_host: string; ws_port: number}) : null;
	}, 'Firefox opens no port');
	const {call, last} = await connect(`ws://${host}:${port}/session`);
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
		// The last tab, closed by itself, leaves Firefox running while it is driven.
		close: () => last('browser.close', {}),
	};
}
