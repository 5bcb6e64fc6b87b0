import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {writeExport} from '../../source/bundles/export.ts';
import {createListener} from '../../source/desktop/callback-listener.ts';
import type {Desktop, WhyNotOpen} from '../../source/desktop/desktop.ts';
import type {CallbackPort} from '../../source/flock/callback.ts';
import {type AppKey, type BotRecord, emptyRecord, type Key} from '../../source/flock/key.ts';
import {createKeymaker} from '../../source/keymaker/keymaker.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {openPoems} from '../../source/poems/folder.ts';
import type {Practice} from '../../source/practice/practice.ts';
import {startPractice} from '../../source/practice/provider.ts';
import type {Services} from '../../source/services.ts';
import {openIdentity} from '../../source/system/identity.ts';
import {createX} from '../../source/x/create.ts';
import {approve} from './approve.ts';

/** The real services on a temporary folder, with practice in X's place. */
export type TestServices = {
	services: Services & {keystore: ReturnType<typeof openKeystore>};
	practice: Practice;
	/** The temporary folder, which is the current folder of the services; `poems` and `keystore` lie in it. */
	folder: string;
	/** The links that the desktop was asked to open. */
	opened: string[];
	/** Adds a poem's file. */
	addPoem(file: string, text?: string): Promise<void>;
	/** Takes a bot through the whole flow in practice, as this account; the key as saved. */
	authorize(bot: string, account: string): Promise<Key>;
	/** Changes a bot's record. */
	change(bot: string, changes: Partial<BotRecord>): Promise<void>;
	/** Stops practice and removes the folder. */
	close(): Promise<void>;
};

/** What is there from the beginning. */
export type TestOptions = {
	/** The names of bots; each gets a poem. `null` for no folder of poems at all. */
	poems?: readonly string[] | null;
	/** False for services that believe to speak to X itself. */
	practice?: boolean;
	/** Apps that practice knows besides its own. */
	otherApps?: readonly AppKey[];
	/** The seconds that X gets for an answer; so many that a busy computer does not make it look slow where not given. */
	deadlineSeconds?: number;
	/** Milliseconds since 1970. */
	now?: () => number;
	/** Why the desktop opens no browser by itself; `null` where it does. */
	whyNotOpen?: WhyNotOpen | null;
	/** The port to listen on for X's answer; PINs where not given. */
	callbackPort?: CallbackPort | null;
	/** The callback addresses in the app's settings; any of this computer's where not given. */
	callbacks?: readonly string[];
};

/** Composes the services as the program does, on a folder of its own. */
export async function testServices({
	poems = [],
	practice: inPractice = true,
	otherApps = [],
	deadlineSeconds = 600,
	now = Date.now,
	whyNotOpen = {kind: 'no-display', sentence: 'There is no display here.'},
	callbackPort = 'never',
	callbacks,
}: TestOptions = {}): Promise<TestServices> {
	const folder = await mkdtemp(path.join(tmpdir(), 'keymaker-test-'));
	const poemsFolder = path.join(folder, 'poems');
	const practice = await startPractice({statePath: null, handles: [], otherApps, callbacks});
	const callback = createListener();
	const x = createX({agent: practice.agent, origin: practice.origin, env: {}, deadlineSeconds, now});
	const keystore = openKeystore({folder: path.join(folder, 'keystore'), flock: 'test', poems: poemsFolder});
	const openMove: Services['openMove'] = async () => assert.fail('nothing moves here');
	const appSource: Services['appSource'] = async () => ({appKey: practice.appKey, from: 'practice'});
	const keymaker = createKeymaker({x, keystore, appSource, now});
	const opened: string[] = [];
	const desktop: Desktop = {
		whyNotOpen,
		copy: async () => ({way: 'none', sentence: 'There is no clipboard here.'}),
		async open(url) {
			opened.push(url);
			return {started: true, sentence: 'The browser was asked to open the link.'};
		},
		async openLink(url) {
			opened.push(url);
			return {
				started: true,
				sentence: 'The browser was asked to open the link.',
				window: {kind: 'own', browser: 'Browser'},
			};
		},
		linkWindow: async () => ({kind: 'own', browser: 'Browser'}),
		removeLeftovers: async () => {},
		qr: () => [],
	};

	async function addPoem(file: string, text = 'a line\n'): Promise<void> {
		await writeFile(path.join(poemsFolder, file), text);
	}

	async function authorize(bot: string, account: string): Promise<Key> {
		const link = await keymaker.requestLink(bot);
		await keymaker.submitPin(link, await approve(link.url, account));
		const key = (await keystore.get(bot))?.key;
		if (key == null) {
			throw new Error(`${bot} has no key in force after its authorization`);
		}

		return key;
	}

	if (poems !== null) {
		await mkdir(poemsFolder);
		for (const bot of poems) {
			await addPoem(`${bot}.txt`);
		}
	}

	return {
		services: {
			poems: openPoems(poemsFolder),
			keystore,
			openMove,
			x,
			keymaker,
			desktop,
			callback,
			callbackPort,
			appSource,
			writeExport,
			identity: async () => openIdentity(path.join(folder, 'identity.txt')),
			practice: inPractice,
			cwd: folder,
			now,
		},
		practice,
		folder,
		opened,
		addPoem,
		authorize,
		async change(bot, changes) {
			await keystore.update(bot, record => ({...(record ?? emptyRecord), ...changes}));
		},
		async close() {
			await callback.close();
			await practice.close();
			// A save that nobody waited for may be writing its last file.
			await rm(folder, {recursive: true, force: true, maxRetries: 10});
		},
	};
}
