import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {emptyRecord, type Key} from '../../source/flock/key.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {bytesOf} from '../../source/keystore/opened.ts';
import {emptyState, type State} from '../../source/keystore/state.ts';

/** The account that every key of a bench speaks for, so that one fixed answer fits them all. */
export const benchAccount = {userId: '12', handle: 'harbour_poem'};

/** The app that the keys were made with. */
export const benchApp = {
	consumerKey: 'practice-app-key',
	consumerSecret: 'practice-app-secret-not-a-real-one',
};

/** A folder with a flock of so many poems, and a key for each. */
export type Place = {
	folder: string;
	poems: string;
	keystore: string;
	/** The keystore's file. */
	file: string;
	/** The variables with which keymaker finds it. */
	env: Readonly<Record<string, string>>;
};

/** The name of one of the bots; their order is that of their numbers. */
export function botAt(index: number): string {
	return `poem-${String(index).padStart(5, '0')}`;
}

/** Makes temporary folders, which `removeFolders` removes. */
const folders: string[] = [];

/** Makes a temporary folder. */
export function temporaryFolder(): string {
	const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'keymaker-bench-')));
	folders.push(folder);
	return folder;
}

/** Removes the temporary folders. */
export function removeFolders(): void {
	for (const folder of folders) {
		rmSync(folder, {recursive: true, force: true, maxRetries: 3});
	}
}

const places = new Map<number, Promise<Place>>();

/** The place with so many poems and keys; made once. */
export function placeOf(count: number): Promise<Place> {
	const place = places.get(count) ?? makePlace(count);
	places.set(count, place);
	return place;
}

async function makePlace(count: number): Promise<Place> {
	const folder = temporaryFolder();
	const poems = path.join(folder, 'poems');
	const keystore = path.join(folder, 'keystore');
	mkdirSync(poems);
	for (let index = 0; index < count; index++) {
		writeFileSync(path.join(poems, `${botAt(index)}.txt`), poemText(index));
	}

	const file = await makeKeystore(keystore, poems, count);
	const env = {
		PATH: process.env.PATH ?? '',
		HOME: folder,
		TERM: 'xterm-256color',
		LANG: 'C.UTF-8',
		KEYMAKER_POEMS: poems,
		KEYMAKER_KEYSTORE: keystore,
		KEYMAKER_FLOCK: 'flock',
		KEYMAKER_OPEN: 'never',
	};
	return {folder, poems, keystore, file, env};
}

/** Makes a keystore with so many keys; the last one is saved by keymaker itself, so that everything stands as it leaves it. */
export async function makeKeystore(folder: string, poems: string, count: number): Promise<string> {
	mkdirSync(folder, {mode: 0o700});
	const file = path.join(folder, 'flock.json');
	const records = new Map(Array.from({length: count - 1}, (_, index) => [botAt(index), recordAt(index)]));
	const apps = new Map([[benchApp.consumerKey, benchApp.consumerSecret]]);
	const state: State = {...emptyState, poems, apps, records};
	const identity = {id: '0'.repeat(32), flock: 'flock', kind: 'x', counter: 1} as const;
	writeFileSync(file, bytesOf({identity, state, key: null}), {mode: 0o600});
	await openKeystore({folder, flock: 'flock', poems}).update(
		botAt(count - 1),
		() => recordAt(count - 1),
		benchApp,
	);
	return file;
}

/** The record of one of the bots, with a key that opens nothing. */
export function recordAt(index: number) {
	return {...emptyRecord, key: keyAt(index)};
}

function keyAt(index: number): Key {
	const mark = String(index).padStart(8, '0');
	return {
		accessToken: `${benchAccount.userId}-practice-token-not-a-real-one-${mark}`,
		accessSecret: `practice-secret-not-a-real-one-${mark}`,
		...benchAccount,
		consumerKey: benchApp.consumerKey,
		accessLevel: 'read-write',
		authorizedAt: '2026-11-25T00:00:00.000Z',
		checkedAt: null,
		rejected: false,
	};
}

const words = [
	'harbour',
	'kettle',
	'lamplight',
	'moth',
	'gravel',
	'winter',
	'linen',
	'salt',
	'orchard',
	'thread',
	'ember',
];

/** A poem of a dozen lines, another one for each bot. */
function poemText(index: number): string {
	const word = (place: number) => words[(index * 7 + place * 3 + ((index + place) % 5)) % words.length] ?? '';
	const lines = Array.from({length: 12}, (_, line) =>
		Array.from({length: 4 + ((index + line) % 3)}, (_, place) => word(line * 5 + place)).join(' '),
	);
	return `${botAt(index)}\n\n${lines.join('\n')}\n`;
}

/** A new place with so many poems and no key, in practice. */
export function placeWithoutKeys(count: number): {cwd: string; env: Readonly<Record<string, string>>} {
	const cwd = temporaryFolder();
	const poems = path.join(cwd, 'poems');
	mkdirSync(poems);
	for (let index = 0; index < count; index++) {
		writeFileSync(path.join(poems, `${botAt(index)}.txt`), `${botAt(index)}\n`);
	}

	return {
		cwd,
		env: {
			PATH: process.env.PATH ?? '',
			HOME: cwd,
			TERM: 'xterm-256color',
			LANG: 'C.UTF-8',
			KEYMAKER_POEMS: poems,
			KEYMAKER_KEYSTORE: path.join(cwd, 'keystore'),
			KEYMAKER_FLOCK: 'flock',
			KEYMAKER_OPEN: 'never',
			KEYMAKER_PRACTICE: '1',
		},
	};
}
