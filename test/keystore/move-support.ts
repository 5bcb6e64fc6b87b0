import assert from 'node:assert/strict';
import type {BotRecord} from '../../source/flock/key.ts';
import type {Keystore, KeystoreUpkeep} from '../../source/keystore/keystore.ts';
import {openMove} from '../../source/keystore/move.ts';
import {ownersKeystore} from './postgres/hosts.ts';
import {passphrase} from './postgres/support.ts';
import {practiceApp, practiceKey, practiceRecord} from './support.ts';

/** The flock that moves. */
export const flock = 'harbour';

/** A keystore of either kind. */
export type AnyKeystore = Keystore & KeystoreUpkeep;

/** Opens a flock in a database, as another program would. @param address with its password */
export function databaseAt(address: string, words = passphrase): AnyKeystore {
	return ownersKeystore(address, flock, words);
}

/** A grant to a host that does not exist. */
const host = {
	name: 'web1',
	recipient: 'age1jfkggceejs86w9dsgamjcuqhksl40hqx7kmsg72hwl4m40kt7s6srrye74',
	at: '2026-11-28T10:00:00.000Z',
};

/** A record of each kind: with an active key, held keys, a previous key, only a handle, and grants. */
export function recordNumber(number: number): BotRecord {
	const name = `bot-${number}`;
	const checkedAt = number % 2 === 0 ? null : '2026-11-27T10:11:12.345Z';
	switch (number % 4) {
		case 0:
			return practiceRecord(name);
		case 1:
			return practiceRecord(name, {
				key: practiceKey(name, {checkedAt, accessLevel: null, rejected: true}),
				previous: practiceKey(`${name}-before`),
			});
		case 2:
			return practiceRecord(name, {
				held: [
					{key: practiceKey(`${name}-held`), reason: 'other-account'},
					{key: practiceKey(`${name}-late`, {authorizedAt: null}), reason: 'late'},
				],
				wantedAccess: 'read',
			});
		default:
			return practiceRecord(name, {
				key: null,
				expectedHandle: `of_${number}`,
				...(number % 40 === 3 ? {grants: [host]} : {}),
			});
	}
}

/** Fills a keystore with so many records in one save, an app for them, and the app of the setup screen. */
export async function fill(keystore: AnyKeystore, count: number): Promise<void> {
	const records = new Map(
		Array.from({length: count}, (_, number) => [`bot ${number} ü`, recordNumber(number)] as const),
	);
	const other = {consumerKey: 'practice-other-app', consumerSecret: 'practice-other-app-secret'};
	await keystore.takeIn({
		poems: null,
		savedApp: other.consumerKey,
		savedCallback: 8765,
		apps: new Map([practiceApp, other].map(app => [app.consumerKey, app.consumerSecret])),
		records,
	});
}

/** All that a keystore holds, as text. */
export async function contentsOf(keystore: AnyKeystore): Promise<string> {
	const state = await keystore.snapshot();
	assert.ok(state !== null, 'there is no flock');
	const {records, apps, savedApp, savedCallback} = state;
	const bots = [...records].sort(([one], [other]) => (one < other ? -1 : 1));
	return JSON.stringify({bots, apps: [...apps].sort(), savedApp, savedCallback}, null, '\t');
}

/** Moves a flock from one keystore to another. */
export async function moved(from: AnyKeystore, to: AnyKeystore): Promise<void> {
	const way = openMove(from, to, flock);
	await way.look();
	await way.run();
}
