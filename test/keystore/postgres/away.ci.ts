import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {giveKey} from '../../helpers/key-file.ts';
import {startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {workplace} from '../../helpers/program.ts';
import {startKeyMaking} from './keymaking.ts';
import {passphrase} from './support.ts';

test('a screen whose database goes away keeps its list, says since when, and goes on by itself', {
	skip: whyNoPostgres,
}, async context => {
	const server = await startPostgres();
	context.after(() => server.close());
	const [here, there] = await Promise.all([
		workplace(['harbour', 'kettle', 'ode']),
		workplace(['harbour', 'kettle', 'ode']),
	]);
	context.after(() => Promise.all([here.close(), there.close()]));
	const env = {
		KEYMAKER_PRACTICE: undefined,
		KEYMAKER_KEYSTORE: server.secretAddress('owner'),
		KEYMAKER_FLOCK: 'shared',
		KEYMAKER_PASSPHRASE: passphrase,
		XDG_CONFIG_HOME: path.join(here.folder, 'config'),
		TWITTER_CONSUMER_KEY: 'practice-app',
		TWITTER_CONSUMER_SECRET: 'practice-app-secret',
	};
	await giveKey(here, 'harbour', env);
	const waitingFile = path.join(here.folder, 'config', 'keymaker', 'shared.waiting');
	const other = await startKeyMaking({address: server.secretAddress('owner'), flock: 'shared', waitingFile});
	context.after(() => other.close());
	const link = await other.keymaker.requestLink('ode');
	const screen = here.screen([], {env});
	await screen.waitFor('@harbour_poem');

	await server.end();
	const rows = await screen.waitFor(/The list is as it was at \d\d:\d\d\. /);
	assert.ok(rows.some(row => row.includes('@harbour_poem')));
	screen.press('down');
	await screen.waitFor(/❯ \S+ kettle/);
	assert.equal((await other.submit(link, 'ode_poem')).kind, 'unsaved');
	assert.ok(existsSync(waitingFile));

	// What waited is saved by the screen, as soon as it can; what it says of that goes after some seconds.
	const isSaved = screen.waitFor('is saved');
	await server.start();
	await screen.waitFor(shown => !shown.some(row => row.includes('as it was')));
	await screen.waitFor('@ode_poem');
	await isSaved;
	assert.equal(existsSync(waitingFile), false);
	await giveKey(there, 'kettle', env);
	await screen.waitFor('@kettle_poem');

	// One that is frozen holds nobody up who leaves.
	server.freeze();
	try {
		screen.press('q');
		assert.equal((await screen.exited).exitCode, 0);
	} finally {
		server.thaw();
	}
});

test('a screen that was opened while its database was away shows the flock once it is there', {
	skip: whyNoPostgres,
}, async context => {
	const server = await startPostgres();
	context.after(() => server.close());
	const here = await workplace(['harbour']);
	context.after(() => here.close());
	const env = {
		KEYMAKER_PRACTICE: undefined,
		KEYMAKER_KEYSTORE: server.secretAddress('owner'),
		KEYMAKER_FLOCK: 'shared',
		KEYMAKER_PASSPHRASE: passphrase,
	};
	await giveKey(here, 'harbour', env);
	await server.end();
	const screen = here.screen([], {env});
	await screen.waitFor('keystore-unreachable');
	// Nobody can be asked on an open screen.
	const asking = here.screen([], {env: {...env, KEYMAKER_PASSPHRASE: undefined}});
	await asking.waitFor('keystore-unreachable');
	await server.start();
	await screen.waitFor('@harbour_poem');
	await asking.waitFor('The keystore needs its passphrase');
	for (const one of [screen, asking]) {
		one.press('q');
		assert.equal((await one.exited).exitCode, 0);
	}
});
