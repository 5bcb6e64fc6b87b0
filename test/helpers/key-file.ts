import assert from 'node:assert/strict';
import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {practiceAppKey} from '../../source/practice/provider.ts';
import type {Variables} from './environment.ts';
import type {Workplace} from './program.ts';

/** A bundle with a practice key of a bot that opens nothing: X is not to be asked about it. */
export function keyFileOf(bot: string) {
	return {
		consumer_token: 'practice-app',
		consumer_token_secret: 'practice-app-secret',
		oauth_token: `12-practice-token-${bot}`,
		oauth_token_secret: `practice-secret-${bot}`,
		user_id: '12',
		screen_name: `${bot}_poem`,
		poem_file: `${bot}.txt`,
	};
}

/** Writes a bot's key file. @returns its name in the folder */
export async function writeKeyFile(folder: string, bot: string): Promise<string> {
	const name = `${bot}.json`;
	await writeFile(path.join(folder, name), JSON.stringify(keyFileOf(bot)));
	return name;
}

/** Gives a bot a key that was made elsewhere, as `import` takes it; for tests that are not about how a key is made. */
export async function giveKey(place: Workplace, bot: string, more: Variables = {}): Promise<void> {
	const name = await writeKeyFile(place.folder, bot);
	const {code, err} = await place.run(['import', name], '', more);
	assert.equal(code, 0, err);
	await rm(path.join(place.folder, name));
}

/** Keys of two bots in practice, as the json format has them; X is not to be asked about them. */
export const twoKeys = ['harbour', 'the sea'].map((bot, number) => ({
	version: 1,
	bot,
	handle: `poem_${number}`,
	userId: `700${number}`,
	...practiceAppKey,
	accessToken: `700${number}-practiceToken`,
	accessSecret: `practice-secret-${number}`,
}));
