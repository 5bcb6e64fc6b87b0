import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import type {Variables} from '../../helpers/environment.ts';
import {giveKey} from '../../helpers/key-file.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {type Workplace, workplace} from '../../helpers/program.ts';

const passphrase = 'practice words that nobody would guess';

describe('the screens of an owner and a host', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let owner: Workplace;
	let host: Workplace;
	let owners: Variables;
	let hosts: Variables;
	before(async () => {
		server = await startPostgres();
		[owner, host] = await Promise.all([workplace(['harbour', 'kettle']), workplace(['harbour'])]);
		const shared = {KEYMAKER_PRACTICE: undefined, KEYMAKER_FLOCK: 'shared'};
		owners = {...shared, KEYMAKER_KEYSTORE: server.secretAddress('owner'), KEYMAKER_PASSPHRASE: passphrase};
		hosts = {...shared, KEYMAKER_KEYSTORE: server.secretAddress('reader'), KEYMAKER_PASSPHRASE: undefined};
		for (const bot of ['harbour', 'kettle']) {
			await giveKey(owner, bot, owners);
		}

		await server.query(`grant usage on schema keymaker to reader;
			grant select on keymaker.schema_version, keymaker.flock, keymaker.bot, keymaker.grants to reader;`);
	});
	after(async () => {
		await Promise.all([server?.close(), owner?.close(), host?.close()]);
	});

	test('a granted bot appears on the host’s screen, which asks for no PIN, until it is taken back', async () => {
		const {out} = await host.run(['host', 'init'], '', hosts);
		const mine = owner.screen([], {env: owners, columns: 120});
		await mine.waitFor(rows => rows.some(row => /❯.*harbour.*ready/.test(row)));
		mine.type('h');
		await mine.waitFor(rows => rows.some(row => /❯ Cancel/.test(row)));
		mine.press('up');
		await mine.waitFor(rows => rows.some(row => /❯ Grant to a new host/.test(row)));
		mine.press('enter');
		await mine.waitFor(rows => rows.some(row => /Which host can open harbour\?/.test(row)));
		mine.paste(`${out.trim()} web1`);
		await mine.waitFor(rows => rows.some(row => row.includes(`${out.trim()} web1`)));
		mine.press('enter');
		await mine.waitFor(rows => rows.some(row => /web1 can open harbour\./.test(row)));
		await mine.waitFor(rows => rows.some(row => /hosts +web1/.test(row)));

		const theirs = host.screen([], {env: hosts, columns: 120});
		const listed = await theirs.waitFor(rows => rows.some(row => /❯.*harbour.*ready/.test(row)));
		assert.ok(!listed.some(row => row.includes('kettle')));
		theirs.press('enter');
		await theirs.waitFor(rows => rows.some(row => /can only read the bots granted to it/.test(row)));
		mine.type('h');
		await mine.waitFor(rows => rows.some(row => /❯ Cancel/.test(row)));
		mine.press('up', 'up');
		await mine.waitFor(rows => rows.some(row => /❯ Take back from web1/.test(row)));
		mine.press('enter');
		await mine.waitFor(rows => rows.some(row => /web1 can no longer open harbour\./.test(row)));
		await theirs.waitFor(rows => !rows.some(row => /harbour.*ready/.test(row)));
	});
});
