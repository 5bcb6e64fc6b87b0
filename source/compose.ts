import path from 'node:path';
import {createDesktop} from './desktop/create.ts';
import {appSourceOf, type Environment} from './environment.ts';
import type {PoemFolder} from './flock/poem.ts';
import {type AppSource, createKeymaker} from './keymaker/keymaker.ts';
import {openKeystore} from './keystore/open.ts';
import {defaultFolder} from './keystore/place.ts';
import type {Settings} from './options.ts';
import type {PassphraseOptions} from './passphrase.ts';
import {openPoems} from './poems/folder.ts';
import type {Practice} from './practice/practice.ts';
import type {Services} from './services.ts';
import {createX} from './x/create.ts';

/** Composed services, and how to let go of what they hold. */
export type Composed = {services: Services; close(): Promise<void>};

/**
 * Puts the program together from its parts. Nothing of the keystore is read yet, so a damaged one stops nobody here.
 * @param passphrase where an encrypted keystore's passphrase comes from.
 * @throws FlockError `usage` for a practice fault that makes no sense, `keystore-…` for a place that cannot be used
 */
export async function compose(
	settings: Settings,
	env: Environment,
	cwd: string,
	passphrase: PassphraseOptions,
): Promise<Composed> {
	const poems = openPoems(settings.poems);
	const folder = settings.keystoreFolder ?? defaultFolder(env);
	const practice = settings.practice ? await practiceIn(folder, env, await poems.read()) : null;
	const keystore = openKeystore({
		folder,
		flock: practice === null ? settings.flock : `practice-${settings.flock}`,
		poems: settings.poems,
		...passphrase,
	});
	const x = createX({
		env,
		deadlineSeconds: settings.deadlineSeconds,
		agent: practice?.agent,
		origin: practice?.origin,
	});

	async function appSource(): Promise<AppSource | null> {
		if (practice !== null) {
			return {appKey: practice.appKey, from: 'practice'};
		}

		const source = await appSourceOf(env, cwd);
		if (source !== null) {
			return source;
		}

		const saved = await keystore.savedAppKey();
		return saved && {appKey: saved, from: 'setup'};
	}

	const services: Services = {
		poems,
		keystore,
		x,
		keymaker: createKeymaker({x, keystore, appSource, now: Date.now}),
		desktop: createDesktop({
			env,
			platform: process.platform,
			noOpen: settings.noOpen,
			isTTY: process.stdout.isTTY,
			writeTerminal: text => process.stdout.write(text),
		}),
		appSource,
		writeExport: async request => (await import('./bundles/export.ts')).writeExport(request),
		practice: practice !== null,
		cwd,
		now: Date.now,
	};
	return {
		services,
		async close() {
			await practice?.close();
		},
	};
}

async function practiceIn(folder: string, env: Environment, {poems}: PoemFolder): Promise<Practice> {
	const {startPractice} = await import('./practice/provider.ts');
	return startPractice({
		statePath: path.join(folder, 'practice-provider.json'),
		handles: [...new Set(poems.map(poem => handleFor(poem.bot)).filter(handle => handle !== ''))].slice(
			0,
			12,
		),
		fault: env.KEYMAKER_PRACTICE_FAULT,
		controlToken: env.KEYMAKER_PRACTICE_CONTROL,
	});
}

/** A handle that an account of this bot might have: X allows letters, digits and underscores, 15 at most. */
function handleFor(bot: string): string {
	return bot.replace(/[^A-Za-z0-9_]/g, '').slice(0, 15);
}
