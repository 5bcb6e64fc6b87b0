import {cheapScrypt, practiceApp, practiceRecord} from '../keystore/support.ts';
import {keystoreOf} from './keystore-of.ts';
import type {Workplace} from './program.ts';

/**
 * Encrypts the keystore of a workplace, which may not be there yet, at a cost that lets tests open it often. A program that
 * saves to it encrypts it anew at the real cost: a test that saves has a workplace of its own.
 * @param bots get a key first.
 */
export async function encryptCheaply(
	place: Workplace,
	passphrase: string,
	bots: readonly string[] = [],
): Promise<void> {
	const keystore = keystoreOf(place, cheapScrypt);
	for (const bot of bots) {
		await keystore.update(bot, () => practiceRecord(bot), practiceApp);
	}

	await keystore.encrypt(passphrase);
}
