import type {Key} from '../../source/flock/key.ts';
import {emptyRecord} from '../../source/flock/key.ts';
import {openDatabase} from '../../source/keystore/database.ts';
import {tokenOf} from './task.ts';

const app = {consumerKey: 'practice-app', consumerSecret: 'practice-app-secret'};

/** The n-th key of a bot, which opens nothing. */
export function keyOf(bot: string, number: number): Key {
	return {
		accessToken: tokenOf(bot, number),
		accessSecret: `practice-secret-${bot}-${number}`,
		userId: '12',
		handle: 'harbour_poem',
		consumerKey: app.consumerKey,
		accessLevel: 'read-write',
		authorizedAt: '2026-11-25T00:00:00.000Z',
		checkedAt: null,
		rejected: false,
	};
}

/** Opens the flock as a person's program does. */
export function openFlock(address: string, flock: string, passphrase: string) {
	return openDatabase({
		address: {text: address, from: 'environment'},
		environment: {},
		label: {flock, kind: 'x'},
		deadline: 60_000,
		passphrase: () => passphrase,
		passphraseGiven: true,
	});
}

/** Gives each of some bots a first key. */
export async function giveKeys(address: string, flock: string, passphrase: string, bots: readonly string[]) {
	const keystore = openFlock(address, flock, passphrase);
	for (const bot of bots) {
		await keystore.update(bot, () => ({...emptyRecord, key: keyOf(bot, 1)}), app);
	}
}
