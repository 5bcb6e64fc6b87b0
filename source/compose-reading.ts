import type {Settings} from './command-line/options.ts';
import {type Answers, identityAt, openPlace} from './compose-place.ts';
import type {PoemFolder} from './flock/poem.ts';
import type {KeystoreContents} from './keystore/keystore.ts';
import type {Practice} from './practice/practice.ts';
import type {ReadingServices} from './services.ts';
import type {Environment} from './system/environment.ts';

/** The services that read, the stand-in for X if it answers, and how to let go of what they hold. */
export type ComposedReading = {
	services: ReadingServices;
	practice: Practice | null;
	close(): Promise<void>;
};

/**
 * Puts together what reads a flock and its keys: all that `list` and `exec` need, without the rest.
 * Nothing of the keystore is read yet, so a damaged one stops nobody here.
 * @param answers where an encrypted keystore's passphrase comes from, and who knows whether poems have moved.
 * @throws FlockError `usage` for a practice fault that makes no sense, `keystore-…` for a place that cannot be used
 */
export async function composeReading(
	settings: Settings,
	env: Environment,
	cwd: string,
	answers: Answers,
): Promise<ComposedReading> {
	const {poems, keystore, openMove, appSource, practiceState} = openPlace(settings, env, cwd, answers);
	const practice = settings.practice
		? await practiceOf(practiceState, env, await poems.read(), async () => takenOf(await keystore.list()))
		: null;
	return {
		services: {
			poems,
			keystore,
			openMove,
			appSource: practice === null ? appSource : async () => ({appKey: practice.appKey, from: 'practice'}),
			identity: async () => identityAt(env, cwd),
			practice: practice !== null,
			cwd,
		},
		practice,
		async close() {
			await practice?.close();
		},
	};
}

async function practiceOf(
	statePath: string,
	env: Environment,
	{poems}: PoemFolder,
	taken: () => Promise<ReadonlyMap<string, string>>,
): Promise<Practice> {
	const {startPractice} = await import('./practice/provider.ts');
	return startPractice({
		statePath,
		handles: [...new Set(poems.map(poem => handleFor(poem.bot)).filter(handle => handle !== ''))],
		taken,
		fault: env.KEYMAKER_PRACTICE_FAULT,
		controlToken: env.KEYMAKER_PRACTICE_CONTROL,
	});
}

/** Accounts of the flock, each with its bot; a key that waits for a decision counts, too. */
function takenOf({records}: KeystoreContents): ReadonlyMap<string, string> {
	return new Map(
		[...records].flatMap(([bot, {key, held}]) =>
			[...held.map(({key: waiting}) => waiting), ...(key === null ? [] : [key])].map(
				({handle}): [string, string] => [handle, bot],
			),
		),
	);
}

/** A handle that an account of this bot might have: X allows letters, digits and underscores, 15 at most. */
function handleFor(bot: string): string {
	return bot.replace(/[^A-Za-z0-9_]/g, '').slice(0, 15);
}
