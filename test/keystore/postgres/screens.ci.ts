import assert from 'node:assert/strict';
import {test} from 'node:test';
import {giveKey} from '../../helpers/key-file.ts';
import {startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {workplace} from '../../helpers/program.ts';

test('two screens on two computers show each other’s keys as they come, and leave without trouble', {
	skip: whyNoPostgres,
}, async context => {
	const server = await startPostgres();
	context.after(() => server.close());
	const [here, there] = await Promise.all([
		workplace(['harbour', 'kettle']),
		workplace(['harbour', 'kettle']),
	]);
	context.after(() => Promise.all([here.close(), there.close()]));
	const env = {
		KEYMAKER_PRACTICE: undefined,
		KEYMAKER_KEYSTORE: server.secretAddress('owner'),
		KEYMAKER_FLOCK: 'shared',
		KEYMAKER_PASSPHRASE: 'practice words that nobody would guess',
		TWITTER_CONSUMER_KEY: 'practice-app',
		TWITTER_CONSUMER_SECRET: 'practice-app-secret',
	};
	await giveKey(here, 'harbour', env);
	const screens = [here, there].map(place => place.screen([], {env}));
	for (const screen of screens) {
		await screen.waitFor('@harbour_poem');
	}

	await giveKey(there, 'kettle', env);
	for (const screen of screens) {
		await screen.waitFor('@kettle_poem');
	}

	for (const screen of screens) {
		screen.press('q');
		assert.equal((await screen.exited).exitCode, 0);
	}
});
