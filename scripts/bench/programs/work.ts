// Work that is measured inside one process: saving a key, and checking keys. Prints the samples as JSON.
import {copyFileSync} from 'node:fs';
import {Agent, request} from 'node:https';
import {connect, type Socket} from 'node:net';
import path from 'node:path';
import Conf from 'conf';
import {hmacsign} from 'oauth-sign';
import {check} from '../../../source/commands/check.ts';
import {checksAtOnce} from '../../../source/keymaker/check.ts';
import {createKeymaker} from '../../../source/keymaker/keymaker.ts';
import {openKeystore} from '../../../source/keystore/open.ts';
import {openPoems} from '../../../source/poems/folder.ts';
import type {Services} from '../../../source/services.ts';
import {createX} from '../../../source/x/create.ts';
import {benchApp, botAt, makeKeystore, recordAt, removeFolders, temporaryFolder} from '../place.ts';
import {interleaved} from '../statistics.ts';

/** What the program is told to do. */
export type WorkTask =
	| {kind: 'save'; file: string; poems: string; count: number; samples: number}
	| {kind: 'check'; port: number; poems: string; count: number; samples: number};

/** Saving one key beside many: keymaker's save, and conf's own `set()` on a copy of the same file. Milliseconds. */
async function saving({file, poems, count, samples}: WorkTask & {kind: 'save'}): Promise<number[][]> {
	const keystore = openKeystore({folder: path.dirname(file), flock: 'flock', poems});
	const folder = temporaryFolder();
	copyFileSync(file, path.join(folder, 'conf.json'));
	const conf = new Conf<Record<string, unknown>>({
		cwd: folder,
		configName: 'conf',
		configFileMode: 0o600,
		accessPropertiesByDotNotation: false,
	});
	let turn = 0;
	const next = () => ({...recordAt(count - 1), expectedHandle: `practice_${turn++}`});
	return interleaved(
		[
			() =>
				timed(async () => {
					await keystore.update(botAt(count - 1), next);
				}),
			() =>
				timed(async () => {
					conf.set(`bot:${botAt(count - 1)}`, next());
				}),
		],
		samples,
		2,
	);
}

/** Checking many keys: the `check` command, and a bare loop of signed requests. Keys a second. */
async function checking({port, poems, count, samples}: WorkTask & {kind: 'check'}): Promise<number[][]> {
	return interleaved(
		[
			async () => (count * 1000) / (await checked(port, poems, count)),
			async () => (count * 1000) / (await timed(() => bareLoop(port, count))),
		],
		samples,
	);
}

async function checked(port: number, poems: string, count: number): Promise<number> {
	const folder = path.join(temporaryFolder(), 'keystore');
	await makeKeystore(folder, poems, count);
	const agent = new LocalAgent(port);
	const keystore = openKeystore({folder, flock: 'flock', poems});
	const x = createX({env: {}, agent});
	const appSource = async () => null;
	const services = {
		poems: openPoems(poems),
		keystore,
		x,
		keymaker: createKeymaker({x, keystore, appSource, now: Date.now}),
		appSource,
		practice: false,
		cwd: folder,
		now: Date.now,
	} as unknown as Services;
	const nothing = () => {};
	const took = await timed(async () => {
		const code = await check({bots: [], json: false}, services, {
			out: nothing,
			err: nothing,
			raw: nothing,
			progress: nothing,
			input: process.stdin,
			interactive: false,
			askHidden: async () => null,
			handOver: nothing,
			columns: 80,
			unicode: true,
			seen: false,
			colour: false,
			signal: new AbortController().signal,
		});
		if (code !== 0) {
			throw new Error(`The check ended with ${code}.`);
		}
	});
	agent.destroy();
	return took;
}

/** As many signed requests, as many at once, on connections that stay open; the answer is read, and no more. */
async function bareLoop(port: number, count: number): Promise<void> {
	const agent = new LocalAgent(port);
	let left = count;
	async function worker(): Promise<void> {
		while (left > 0) {
			left -= 1;
			await bareRequest(agent, left);
		}
	}

	await Promise.all(Array.from({length: checksAtOnce}, worker));
	agent.destroy();
}

async function bareRequest(agent: Agent, index: number): Promise<void> {
	const url = 'https://api.x.com/2/users/me';
	const {key} = recordAt(index);
	const parameters = {
		oauth_consumer_key: benchApp.consumerKey,
		oauth_nonce: `${index}${Math.random()}`,
		oauth_signature_method: 'HMAC-SHA1',
		oauth_timestamp: String(Math.floor(Date.now() / 1000)),
		oauth_token: key.accessToken,
		oauth_version: '1.0',
	};
	const signature = hmacsign('GET', url, parameters, benchApp.consumerSecret, key.accessSecret);
	const authorization = `OAuth ${Object.entries({...parameters, oauth_signature: signature})
		.map(([name, value]) => `${name}="${encodeURIComponent(value)}"`)
		.join(', ')}`;
	await new Promise<void>((resolve, reject) => {
		request(url, {agent, headers: {authorization}}, response => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () => {
				JSON.parse(Buffer.concat(chunks).toString());
				resolve();
			});
		})
			.on('error', reject)
			.end();
	});
}

/** An agent that believes it speaks TLS to api.x.com, and reaches the local server instead. */
class LocalAgent extends Agent {
	readonly #port: number;

	constructor(port: number) {
		super({keepAlive: true});
		this.#port = port;
	}

	override createConnection(): Socket {
		return connect(this.#port, '127.0.0.1');
	}
}

async function timed(work: () => Promise<void>): Promise<number> {
	const startedAt = performance.now();
	await work();
	return performance.now() - startedAt;
}

const task = JSON.parse(process.argv[2] ?? '') as WorkTask;
process.stdout.write(JSON.stringify(await (task.kind === 'save' ? saving(task) : checking(task))));
removeFolders();
process.exit();
