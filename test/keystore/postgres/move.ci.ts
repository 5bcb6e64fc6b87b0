import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import type {Variables} from '../../helpers/environment.ts';
import {giveKey} from '../../helpers/key-file.ts';
import {type Postgres, passwords, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {type Workplace, workplace} from '../../helpers/program.ts';
import {passphrase} from './support.ts';

describe('keymaker move', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let place: Workplace;
	let folder: Variables;
	let database: Variables;
	before(async () => {
		server = await startPostgres();
		place = await workplace(['harbour', 'kettle']);
		const real = {KEYMAKER_PRACTICE: undefined, PGPASSWORD: passwords.owner};
		folder = {...real, KEYMAKER_PASSPHRASE: passphrase};
		database = {...folder, KEYMAKER_KEYSTORE: server.address('owner')};
		await giveKey(place, 'harbour', real);
	});
	after(async () => {
		await Promise.all([server?.close(), place?.close()]);
	});

	test('asks first, takes --yes, and then whatever looks where the flock was is told where it is', async () => {
		const address = server.address('owner');
		const unasked = await place.run(['move', address], '', folder);
		assert.deepEqual([unasked.code, unasked.out], [2, '']);
		assert.match(unasked.err, /Move the keys of 1 bot from .+ to .+\?\n.*--yes/);
		const {code, out, err} = await place.run(['move', address, '--yes'], '', folder);
		assert.equal(code, 0, err);
		assert.match(out, /^Moved 1 bot to postgres:.+, and read them back\.\n$/);
		const gone = await place.run(['list', '--json'], '', folder);
		assert.deepEqual([gone.code, gone.out], [1, '']);
		assert.match(gone.err, /keystore-moved/);
		const [, keystore] = /`keymaker --keystore (\S+) --flock flock`/.exec(gone.err) ?? [];
		assert.ok(keystore !== undefined, gone.err);
		const there = await place.run(['list', '--keystore', keystore, '--flock', 'flock'], '', folder);
		assert.match(there.out, /harbour .* ready/);
		for (const args of [['exec', 'harbour', '--', 'true'], ['doctor'], ['move', address, '--yes']]) {
			const told = await place.run(args, '', folder);
			assert.equal(told.code, 1);
			assert.match(told.out + told.err, /has moved from/);
		}
	});

	test('goes back to the folder, encrypted, and says so where it left', async () => {
		const {code, err} = await place.run(['move', 'keystore', '--yes'], '', database);
		assert.equal(code, 0, err);
		const back = await place.run(['list', '--json'], '', folder);
		assert.equal(JSON.parse(back.out)[0].status, 'ready', back.err);
		assert.match(await place.read('keystore/flock.json'), /"cipher"/);
		const left = await place.run(['list'], '', database);
		assert.deepEqual([left.code, left.out], [1, '']);
		assert.match(left.err, /has moved from postgres:.+ to .+keystore \(.+@.+\)\./);
	});

	test('takes no folder from a folder, no password in an argument, and no key of practice', async () => {
		for (const [to, more, code] of [
			['elsewhere', folder, 2],
			[server.secretAddress('owner'), folder, 1],
			[server.address('owner'), {...folder, KEYMAKER_PRACTICE: '1'}, 2],
		] as const) {
			const refused = await place.run(['move', to, '--yes'], '', more);
			assert.deepEqual([refused.code, refused.out], [code, '']);
			assert.equal(refused.err.includes(passwords.owner), false);
		}
	});

	test('asks for the new passphrase twice at a terminal, and starts over where the two differ', async () => {
		const typed: Variables = {...folder, KEYMAKER_PASSPHRASE: undefined, KEYMAKER_FLOCK: 'typed'};
		await giveKey(place, 'kettle', typed);
		const line = `keymaker move '${server.address('owner')}'; echo "rc=$?"`;
		const terminal = place.shell(line, {columns: 200, env: typed});
		await terminal.waitFor(/Move the keys of 1 bot from .+\[y\/N\]/);
		terminal.type('y\r');
		await terminal.waitFor(/New passphrase:/);
		terminal.type(`${passphrase}\r`);
		await terminal.waitFor(/Repeat the new passphrase:/);
		terminal.type('something else\r');
		await terminal.waitFor(/do not match\..*New passphrase:/s);
		terminal.type(`${passphrase}\r`);
		await terminal.waitFor(/do not match\..*Repeat the new passphrase:/s);
		terminal.type(`${passphrase}\r`);
		const rows = await terminal.waitFor('rc=0');
		assert.equal(rows.join('\n').includes(passphrase), false);
		const there = await place.run(['list', '--json'], '', {...database, KEYMAKER_FLOCK: 'typed'});
		assert.match(there.out, /"kettle"/);
	});
});
