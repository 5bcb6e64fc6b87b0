import path from 'node:path';
import {appSourceOf} from './command-line/environment.ts';
import type {Settings} from './command-line/options.ts';
import type {PassphraseOptions} from './command-line/passphrase.ts';
import {FlockError} from './flock/error.ts';
import type {AppInUse} from './keymaker/app-key.ts';
import type {KeystoreOptions} from './keystore/core.ts';
import {openDatabase} from './keystore/database.ts';
import {defaultFolder, defaultFolderOrNone, fileNameOf} from './keystore/disk/place.ts';
import {openKeystore} from './keystore/open.ts';
import {isAddress} from './keystore/postgres/is-address.ts';
import type {DatabaseOptions} from './keystore/postgres/keystore.ts';
import {seenFileOf} from './keystore/seen/place.ts';
import {openPoems} from './poems/folder.ts';
import type {ReadingServices} from './services.ts';
import type {Environment} from './system/environment.ts';
import {type Identity, openIdentity} from './system/identity.ts';

/** What a keystore may need to hear from a person. */
export type Answers = PassphraseOptions & Pick<KeystoreOptions, 'haveMoved'>;

/** Where a run's poems and keys are. */
export type Place = Pick<ReadingServices, 'poems' | 'keystore' | 'openMove'> & {
	/** The app key from the environment or `.env`, else what the setup screen saved; `null` where there is none, and a `FlockError` where it makes no sense. */
	appSource(): Promise<AppInUse>;
	/** Where practice remembers its tokens: in a name that no flock's keystore has. */
	practiceState: string;
};

/**
 * Opens a flock's poems and keystore, which a file holds or a database. Practice has a folder of its own, so that no flock's name leads to another's keys.
 * Nothing is read yet.
 * @param poems the folder that the keystore has to belong to; `null` for any.
 * @throws FlockError `keystore-unwritable` where there is no place for keystores, `usage` for a database's flock without a name
 */
export function openPlace(
	settings: Settings,
	env: Environment,
	cwd: string,
	{poems = settings.poems, ...answers}: Answers & {poems?: string | null},
): Place {
	const {keystore: given, practice, flock} = settings;
	const address = given !== null && isAddress(given.text) ? given : null;
	const database = practice ? null : address;
	const folder = address === null ? settings.keystoreFolder : null;
	// A computer without a home folder reads a database all the same; no key can wait there.
	const local = defaultFolderOrNone(env);
	const keystores = database === null ? (folder ?? defaultFolder(env)) : (local ?? '');
	const practiceFolder = path.join(keystores, 'practice');
	const seen = seenFileOf(env, cwd);
	const inFolder = (holder: string) =>
		openKeystore({
			folder: holder,
			flock,
			kind: practice ? 'practice' : 'x',
			poems,
			seen,
			...answers,
		});
	const inDatabase = (at: DatabaseOptions['address'], identity?: Identity) =>
		openDatabase({
			address: at,
			environment: env,
			label: {flock, kind: 'x'},
			deadline: settings.deadlineSeconds * 1000,
			seen,
			waitingFile: local === null ? '' : path.join(local, `${fileNameOf(flock)}.waiting`),
			identity,
			...answers,
		});
	if (database !== null) {
		assertNamed(settings);
	}

	const keystore =
		database === null
			? inFolder(practice ? practiceFolder : keystores)
			: inDatabase(database, identityOrNone(env, cwd));
	return {
		poems: openPoems(settings.poems),
		keystore,
		async openMove(to) {
			const isTo = isAddress(to);
			if (practice || (!isTo && !keystore.isShared)) {
				throw new FlockError(
					'usage',
					practice ? 'Practice’s keys stay in their file.' : 'A flock moves to a database, or from one.',
					{hint: 'Name a database: keymaker move postgres://USER@HOST/DATABASE'},
				);
			}

			const target = isTo ? inDatabase({text: to, from: 'argument'}) : inFolder(path.resolve(cwd, to));
			return (await import('./keystore/move.ts')).openMove(keystore, target, flock);
		},
		practiceState: path.join(practiceFolder, '.provider.json'),
		appSource: () =>
			appSourceOf(env, cwd, async () => {
				const saved = await keystore.savedAppKey();
				if (saved === null) {
					return null;
				}

				const {callbackPort, ...appKey} = saved;
				return {appKey, from: 'setup', callbackPort};
			}),
	};
}

/**
 * This computer's identity: the file that `KEYMAKER_IDENTITY` names, or `identity.txt` in the settings folder.
 * @throws FlockError `identity-unwritable` if the environment names neither
 */
export function identityAt(env: Environment, cwd: string): Identity {
	const identity = identityOrNone(env, cwd);
	if (identity === undefined) {
		throw new FlockError('identity-unwritable', 'No folder for the identity: HOME is not set.', {
			hint: 'Choose a file with KEYMAKER_IDENTITY.',
		});
	}

	return identity;
}

function identityOrNone(env: Environment, cwd: string): Identity | undefined {
	const {KEYMAKER_IDENTITY: named} = env;
	const folder = named ? null : defaultFolderOrNone(env);
	return named
		? // One that is named is meant, also if it is not there: reading it says so.
			{...openIdentity(path.resolve(cwd, named)), exists: () => true}
		: folder === null
			? undefined
			: openIdentity(path.join(folder, 'identity.txt'));
}

/** A folder's name is another one on each computer. @throws FlockError `usage` */
function assertNamed({isFlockNamed}: Settings): void {
	if (!isFlockNamed) {
		throw new FlockError('usage', 'Which flock? A database holds many.', {
			hint: 'Choose one with --flock NAME or KEYMAKER_FLOCK.',
		});
	}
}
