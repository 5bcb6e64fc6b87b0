import path from 'node:path';
import {appSourceOf, type Environment} from './environment.ts';
import type {PoemFolder} from './flock/poem.ts';
import type {AppSource} from './keymaker/keymaker.ts';
import {openKeystore} from './keystore/open.ts';
import {defaultFolder} from './keystore/place.ts';
import {seenFileOf} from './keystore/seen/place.ts';
import type {Settings} from './options.ts';
import type {PassphraseOptions} from './passphrase.ts';
import {openPoems} from './poems/folder.ts';
import type {Practice} from './practice/practice.ts';
import type {ReadingServices} from './services.ts';

/** The services that read, the stand-in for X if it answers, and how to let go of what they hold. */
export type ComposedReading = {
	services: ReadingServices;
	practice: Practice | null;
	close(): Promise<void>;
};

/**
 * Puts together what reads a flock and its keys: all that `list` and `exec` need, in a quarter of the code of the whole.
 * Nothing of the keystore is read yet, so a damaged one stops nobody here.
 * @param passphrase where an encrypted keystore's passphrase comes from.
 * @throws FlockError `usage` for a practice fault that makes no sense, `keystore-…` for a place that cannot be used
 */
export async function composeReading(
	settings: Settings,
	env: Environment,
	cwd: string,
	passphrase: PassphraseOptions,
): Promise<ComposedReading> {
	const poems = openPoems(settings.poems);
	const folder = settings.keystoreFolder ?? defaultFolder(env);
	const practice = settings.practice ? await practiceIn(folder, env, await poems.read()) : null;
	const keystore = openKeystore({
		folder,
		flock: practice === null ? settings.flock : `practice-${settings.flock}`,
		kind: practice === null ? 'x' : 'practice',
		poems: settings.poems,
		seen: seenFileOf(env, cwd),
		...passphrase,
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

	return {
		services: {poems, keystore, appSource, practice: practice !== null, cwd},
		practice,
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
