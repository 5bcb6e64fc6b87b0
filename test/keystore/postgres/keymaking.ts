import {type ChildProcessByStdio, spawn} from 'node:child_process';
import path from 'node:path';
import type {Readable, Writable} from 'node:stream';
import type {FreshKey, Key} from '../../../source/flock/key.ts';
import {createKeymaker, type Keymaker, type Link, type Outcome} from '../../../source/keymaker/keymaker.ts';
import {openDatabase} from '../../../source/keystore/database.ts';
import type {Keystore, KeystoreUpkeep} from '../../../source/keystore/keystore.ts';
import {startPractice} from '../../../source/practice/provider.ts';
import {createX} from '../../../source/x/create.ts';
import {approve} from '../../helpers/approve.ts';
import {withoutNetwork} from '../../helpers/environment.ts';
import {fromSource} from '../../helpers/from-source.ts';
import type {Postgres} from '../../helpers/postgres.ts';
import {cheapScrypt, practiceApp} from '../support.ts';
import {passphrase, patience} from './support.ts';

/** A program that makes keys with practice in X's place, and keeps them in a database. */
export type KeyMaking = {
	keystore: Keystore & KeystoreUpkeep;
	keymaker: Keymaker;
	/** Hands in the PIN of a link, as this account. */
	submit(link: Link, account: string): Promise<Outcome>;
	/** Takes a bot through the whole flow, as this account. @returns the key in force then */
	make(bot: string, account: string): Promise<Key | null>;
	close(): Promise<void>;
};

/** Where a program keeps its keys. */
export type KeyPlace = {
	/** The database's address, with its password. */
	address: string;
	flock: string;
	waitingFile: string;
	/** Where this computer remembers what it has seen. */
	seen?: string | null;
	/** Milliseconds; a net that no load trips otherwise. */
	deadline?: number;
};

/** Starts one, as on a computer of its own. */
export async function startKeyMaking({
	address,
	flock,
	waitingFile,
	seen = null,
	deadline,
}: KeyPlace): Promise<KeyMaking> {
	const practice = await startPractice({statePath: null, handles: []});
	const x = createX({agent: practice.agent, origin: practice.origin, env: {}, deadlineSeconds: 600});
	const keystore = openDatabase({
		address: {text: address, from: 'environment'},
		environment: {},
		label: {flock, kind: 'x'},
		deadline: deadline ?? patience,
		seen,
		waitingFile,
		passphrase: () => passphrase,
		passphraseGiven: true,
		scrypt: cheapScrypt,
	});
	const appSource = async () => ({appKey: practice.appKey, from: 'environment'}) as const;
	const keymaker = createKeymaker({x, keystore, appSource, now: Date.now});
	const submit = async (link: Link, account: string) =>
		keymaker.submitPin(link, await approve(link.url, account));
	return {
		keystore,
		keymaker,
		submit,
		async make(bot, account) {
			await submit(await keymaker.requestLink(bot), account);
			return (await keystore.get(bot))?.key ?? null;
		},
		close: () => practice.close(),
	};
}

/**
 * A program of its own that waits for a line, and then makes a bot's key, or saves what waits.
 * @param bot `null` for what waits
 */
export function startChild(
	place: KeyPlace,
	bot: string | null,
): ChildProcessByStdio<Writable, Readable, null> {
	const file = path.join(import.meta.dirname, 'waiting-child.ts');
	return spawn(process.execPath, [...fromSource, file, JSON.stringify({place, bot})], {
		stdio: ['pipe', 'pipe', 'inherit'],
		// It plays the browser too, whose way to practice is no proxy's.
		env: {...process.env, ...withoutNetwork()},
	});
}

/** A key that X has just given, as it waits. */
export function freshKey(key: Key, more: Partial<FreshKey> = {}): FreshKey {
	return {
		key,
		appKey: practiceApp,
		wantedAccess: null,
		replaceAccount: false,
		late: false,
		byCallback: false,
		replaces: null,
		...more,
	};
}

/** Makes a key whose database goes away before it comes. */
export async function madeWhileAway(
	server: Postgres,
	{keymaker, submit}: KeyMaking,
	bot: string,
	account: string,
): Promise<Outcome> {
	const link = await keymaker.requestLink(bot);
	await server.end();
	try {
		return await submit(link, account);
	} finally {
		await server.start();
	}
}
