import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {approve} from '../../helpers/approve.ts';
import type {Variables} from '../../helpers/environment.ts';
import {type Network, startNetwork} from '../../helpers/network.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {linkOn, nextLink, printedLink, type Workplace, workplace} from '../../helpers/program.ts';
import type {Pty} from '../../helpers/pty.ts';
import {passphrase} from './support.ts';

describe('a flock that is new in a database', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let network: Network;
	let place: Workplace;
	let env: Variables;
	before(async () => {
		server = await startPostgres();
		network = await startNetwork();
		place = await workplace(['harbour', 'kettle']);
		env = {...network.env, KEYMAKER_KEYSTORE: server.secretAddress('owner')};
	});
	after(async () => {
		await place?.close();
		await network?.close();
		await server?.close();
	});

	/** Types a new passphrase, the second time otherwise, and then twice the same. */
	async function choose(terminal: Pty): Promise<void> {
		await terminal.waitFor(/Choose the passphrase of this flock\..*New passphrase:/s);
		terminal.type(`${passphrase}\r`);
		await terminal.waitFor(/Repeat the new passphrase:/);
		terminal.type('something else\r');
		await terminal.waitFor(/do not match\..*New passphrase:/s);
		terminal.type(`${passphrase}\r`);
		await terminal.waitFor(/do not match\..*Repeat the new passphrase:/s);
		assert.equal(linkOn(await terminal.waitFor(/Repeat the new passphrase:/)), '');
		terminal.type(`${passphrase}\r`);
	}

	/** What another computer, which has the passphrase, finds of a flock. */
	async function foundOf(flock: string): Promise<string> {
		const more = {...env, KEYMAKER_FLOCK: flock, KEYMAKER_PASSPHRASE: passphrase};
		const {out, err} = await place.run(['list', '--json'], '', more);
		assert.equal(err, '');
		return JSON.parse(out).map(({bot, status}: Record<string, string>) => `${bot} ${status}`);
	}

	test('is asked for its passphrase twice by authorize, before the first link', async () => {
		const terminal = place.shell('keymaker authorize harbour; echo "rc=$?"', {
			columns: 200,
			env: {...env, KEYMAKER_FLOCK: 'lines'},
		});
		await choose(terminal);
		const link = await printedLink(terminal);
		terminal.type(`${await approve(network.pageOf(link), 'harbour_poem')}\r`);
		const rows = await terminal.waitFor('rc=0');
		assert.equal(rows.join('\n').includes(passphrase), false);
		assert.deepEqual(await foundOf('lines'), ['harbour ready', 'kettle no-key']);
	});

	test('is asked for its passphrase twice before the screen opens, and not when it opens again', async () => {
		const own = {...env, KEYMAKER_FLOCK: 'screen'};
		const screen = place.screen([], {env: own});
		await choose(screen);
		await screen.waitFor(/❯ ○ harbour/);
		screen.press('enter');
		screen.paste(`${await approve(network.pageOf(await nextLink(screen)), 'harbour_poem')}\n`);
		await screen.waitFor('harbour is ready');
		screen.press('escape');
		await screen.waitFor(/❯ ● harbour/);
		screen.press('q');
		await screen.exited;
		assert.deepEqual(await foundOf('screen'), ['harbour ready', 'kettle no-key']);
		const again = place.screen([], {env: own});
		await again.waitFor('Keystore passphrase:');
		again.type(`${passphrase}\r`);
		await again.waitFor(/● harbour/);
	});

	test('is not made where no passphrase is chosen', async () => {
		for (const command of ['keymaker', 'keymaker authorize harbour']) {
			const terminal = place.shell(`${command}; echo "rc=$?"`, {
				columns: 200,
				env: {...env, KEYMAKER_FLOCK: 'none'},
			});
			await terminal.waitFor('New passphrase:');
			terminal.type('\u0004');
			assert.match((await terminal.waitFor('rc=1')).join('\n'), /keystore-passphrase/);
		}

		assert.deepEqual(await server.query("select 1 from keymaker.flock where name = 'none'"), []);
	});
});
