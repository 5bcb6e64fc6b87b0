import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {
	appendFileSync,
	chownSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {after, before, describe, type TestContext, test} from 'node:test';
import {setTimeout} from 'node:timers/promises';
import {authorize} from '../../../source/commands/authorize.ts';
import {saveWaiting} from '../../../source/commands/shared/waiting.ts';
import type {FreshKey} from '../../../source/flock/key.ts';
import {tokenIdOf} from '../../../source/flock/key.ts';
import {readFlock} from '../../../source/keymaker/flock.ts';
import {createKeymaker, type KeymakerServices} from '../../../source/keymaker/keymaker.ts';
import {openPoems} from '../../../source/poems/folder.ts';
import type {Services} from '../../../source/services.ts';
import {approve} from '../../helpers/approve.ts';
import {type Postgres, startPostgres, whyNoPostgres} from '../../helpers/postgres.ts';
import {testServices} from '../../helpers/services.ts';
import {collect} from '../../helpers/write.ts';
import {practiceApp, practiceKey, practiceRecord, temporaryFolder} from '../support.ts';
import {
	freshKey,
	type KeyMaking,
	type KeyPlace,
	madeWhileAway,
	startChild,
	startKeyMaking,
} from './keymaking.ts';

describe('a key that the database does not take', {skip: whyNoPostgres}, () => {
	let server: Postgres;
	let flocks = 0;
	before(async () => {
		server = await startPostgres();
	});
	after(async () => server?.close());

	/** A flock of its own, and the file of a computer that has none yet. */
	function placeFor(context: TestContext): KeyPlace {
		flocks += 1;
		const waitingFile = path.join(temporaryFolder(context), 'keystores', 'flock.waiting');
		return {address: server.secretAddress('owner'), flock: `waiting ${flocks}`, waitingFile};
	}

	async function programAt(place: KeyPlace, context: TestContext): Promise<KeyMaking> {
		const program = await startKeyMaking(place);
		context.after(() => program.close());
		return program;
	}

	const waiting = (more: Partial<FreshKey> = {}) => freshKey(practiceKey('fresh'), more);

	test('waits sealed in a file for its owner alone, is shown to wait, and is saved by the next program', async context => {
		const place = placeFor(context);
		const one = await programAt(place, context);
		const outcome = await madeWhileAway(server, one, 'ode', 'ode_poem');
		assert.ok(outcome.kind === 'unsaved' && outcome.waits);
		assert.equal(outcome.error.code, 'keystore-unreachable');
		assert.deepEqual(one.keymaker.unsaved(), []);
		assert.equal(statSync(place.waitingFile).mode & 0o777, 0o600);
		const text = readFileSync(place.waitingFile, 'utf8');
		// Among its random letters a short word may stand by chance, but not its quotes.
		assert.doesNotMatch(text, /"ode"|practice|token|secret/);

		const other = await programAt(place, context);
		const sources = {
			poems: openPoems(path.join(path.dirname(place.waitingFile), 'poems')),
			keystore: other.keystore,
			appSource: (async () => null) as KeymakerServices['appSource'],
		};
		const {flock} = await readFlock(sources);
		assert.deepEqual(
			flock.map(({name, status, waiting: its}) => [name, status, its?.map(({handle}) => handle)]),
			[['ode', 'no-key', ['ode_poem']]],
		);
		const [saved] = await other.keymaker.saveWaiting();
		assert.equal(saved?.kind, 'saved');
		assert.equal((await one.keystore.get('ode'))?.key?.handle, 'ode_poem');
		assert.equal(existsSync(place.waitingFile), false);
		assert.deepEqual((await readFlock(sources)).flock[0]?.waiting, undefined);
		assert.deepEqual(await other.keymaker.saveWaiting(), []);
	});

	test('is tried again by who made it, and by its next link', async context => {
		const one = await programAt(placeFor(context), context);
		await madeWhileAway(server, one, 'ode', 'ode_poem');
		assert.deepEqual(
			(await one.keymaker.retrySave('ode')).map(({kind}) => kind),
			['saved'],
		);
		await madeWhileAway(server, one, 'ode', 'other_poem');
		await assert.rejects(one.keymaker.requestLink('ode'), {code: 'held'});
		assert.equal((await one.keystore.get('ode'))?.key?.handle, 'ode_poem');
	});

	test('meets the guard when it is saved: an account that speaks another poem meanwhile is held', async context => {
		const place = placeFor(context);
		const one = await programAt(place, context);
		await madeWhileAway(server, one, 'ode', 'one_poem');
		const colleague = await programAt({...place, waitingFile: `${place.waitingFile}-elsewhere`}, context);
		const {userId} = (await one.keystore.waiting?.all())?.[0]?.fresh.key ?? practiceKey('none');
		await colleague.keystore.update('elegy', () =>
			practiceRecord('elegy', {key: practiceKey('elegy', {userId})}),
		);
		const [outcome] = await one.keymaker.saveWaiting();
		assert.deepEqual(outcome?.kind === 'held' && [outcome.reason, outcome.otherBot], [
			'account-of-another-bot',
			'elegy',
		]);
		assert.equal((await colleague.keystore.get('ode'))?.held[0]?.key.handle, 'one_poem');
		assert.equal(existsSync(place.waitingFile), false);
	});

	test('takes no other key’s place than it was made for, however old it is', async context => {
		const place = placeFor(context);
		const {keystore, keymaker} = await programAt(place, context);
		await keystore.update('ode', () => practiceRecord('first'), practiceApp);
		const replaces = tokenIdOf(practiceKey('first'));
		// As it was when the link was asked for.
		await keystore.waiting?.add('ode', waiting({replaces}));
		assert.deepEqual(
			(await keymaker.saveWaiting()).map(({kind}) => kind),
			['saved'],
		);
		assert.equal((await keystore.get('ode'))?.previous?.accessToken, practiceKey('first').accessToken);

		// The answer to the save was lost, and a colleague has replaced it since: it must not come back.
		await keystore.update('ode', record => ({
			...practiceRecord('newest'),
			previous: record?.key ?? null,
		}));
		const replaced = await keystore.get('ode');
		await keystore.waiting?.add('ode', waiting({replaces}));
		await keymaker.saveWaiting();
		assert.deepEqual(await keystore.get('ode'), replaced);

		// A colleague has made another one meanwhile.
		await keystore.waiting?.add('ode', waiting({key: practiceKey('late'), replaces}));
		const [late] = await keymaker.saveWaiting();
		assert.equal(late?.kind === 'held' && late.reason, 'waited');
		assert.equal((await keystore.get('ode'))?.key?.accessToken, practiceKey('newest').accessToken);
		await keystore.waiting?.add('ode', waiting({key: practiceKey('late'), replaces}));
		await keymaker.saveWaiting();
		assert.equal((await keystore.get('ode'))?.held.length, 1);

		// Nobody knows why the bot is gone.
		await keystore.update('ode', () => null);
		await keystore.waiting?.add('ode', waiting({replaces}));
		assert.equal((await keymaker.saveWaiting())[0]?.kind, 'held');
		assert.equal((await keystore.get('ode'))?.key, null);
		assert.equal(existsSync(place.waitingFile), false);
	});

	test('shares the file with what cannot be opened here, which stays as it is', async context => {
		const place = placeFor(context);
		const {keystore, keymaker} = await programAt(place, context);
		await keystore.update('ode', () => practiceRecord('ode'));
		mkdirSync(path.dirname(place.waitingFile), {mode: 0o700});
		const strange = `{"flock":"another","sealed":"bm90IGEgcmVhbCBrZXk="}\n{torn`;
		writeFileSync(place.waitingFile, strange, {mode: 0o600});
		await keystore.waiting?.add('elegy', waiting());
		await keystore.waiting?.add('song', waiting({key: practiceKey('song', {userId: '13'})}));
		assert.equal((await keystore.waiting?.all())?.length, 2);
		assert.equal((await keymaker.saveWaiting()).length, 2);
		assert.equal(readFileSync(place.waitingFile, 'utf8').trimEnd(), strange);
		// A line of this flock's that somebody has changed is no key of it.
		await keystore.waiting?.add('elegy', waiting());
		const line = readFileSync(place.waitingFile, 'utf8').trimEnd().split('\n').at(-1) ?? '';
		appendFileSync(place.waitingFile, `${line.replace(/"sealed":"..../, '"sealed":"AAAA')}\n`);
		assert.equal((await keystore.waiting?.all())?.length, 1);
	});

	test('goes into no file that others could turn or read: then it stays in memory, and is told to', async context => {
		const place = placeFor(context);
		const folder = path.dirname(place.waitingFile);
		const one = await programAt(place, context);
		const link = await one.keymaker.requestLink('ode');
		mkdirSync(folder, {mode: 0o700, recursive: true});
		await server.end();
		try {
			const victim = path.join(folder, 'victim');
			writeFileSync(victim, 'as it was');
			const places: [string, () => void][] = [
				['a folder', () => mkdirSync(place.waitingFile)],
				['a FIFO', () => execFileSync('mkfifo', [place.waitingFile])],
			];
			if (process.getuid?.() === 0) {
				places.push([
					'another user’s file',
					() => {
						writeFileSync(place.waitingFile, '');
						chownSync(place.waitingFile, 65_534, 65_534);
					},
				]);
				places.push([
					'a link in a folder that others write to',
					() => {
						execFileSync('chmod', ['1777', folder]);
						symlinkSync(victim, place.waitingFile);
						execFileSync('chown', ['-h', '65534', place.waitingFile]);
					},
				]);
			}

			const outcome = await (async () => {
				places[0]?.[1]();
				return one.submit(link, 'ode_poem');
			})();
			assert.ok(outcome.kind === 'unsaved' && !outcome.waits, places[0]?.[0]);
			for (const [what, make] of places.slice(1)) {
				rmSync(place.waitingFile, {recursive: true, force: true});
				make();
				const [again] = await one.keymaker.retrySave('ode');
				assert.ok(again?.kind === 'unsaved' && !again.waits, what);
			}

			assert.deepEqual(one.keymaker.unsaved(), ['ode']);
			assert.equal(readFileSync(victim, 'utf8'), 'as it was');
			// Once the place is good, the key is safe there.
			rmSync(place.waitingFile, {recursive: true, force: true});
			execFileSync('chmod', ['0700', folder]);
			const [safe] = await one.keymaker.retrySave('ode');
			assert.ok(safe?.kind === 'unsaved' && safe.waits);
			assert.deepEqual(one.keymaker.unsaved(), []);
		} finally {
			await server.start();
		}

		assert.equal((await one.keymaker.saveWaiting())[0]?.kind, 'saved');
	});

	test('is not lost where its program is killed while a frozen database is waited for', async context => {
		const place = placeFor(context);
		const child = startChild(place, 'ode');
		context.after(() => child.kill('SIGKILL'));
		await once(child.stdout, 'data');
		server.freeze();
		try {
			child.stdin.write('\n');
			while (!existsSync(place.waitingFile)) {
				assert.equal(child.exitCode, null, 'it has ended by itself');
				await setTimeout(10);
			}

			child.kill('SIGKILL');
			await once(child, 'exit');
		} finally {
			server.thaw();
		}

		const next = await programAt(place, context);
		assert.equal((await next.keymaker.saveWaiting())[0]?.kind, 'saved');
		assert.equal((await next.keystore.get('ode'))?.key?.handle, 'ode');
	});

	test('is asked for once, where several wait and the database is still away', async context => {
		const {keystore, keymaker} = await programAt(placeFor(context), context);
		await keystore.update('ode', () => practiceRecord('ode'));
		await keystore.waiting?.add('elegy', waiting());
		await keystore.waiting?.add('song', waiting({key: practiceKey('song', {userId: '13'})}));
		await server.end();
		try {
			assert.deepEqual(
				(await keymaker.saveWaiting()).map(({bot, kind}) => [bot, kind]),
				[['elegy', 'unsaved']],
			);
		} finally {
			await server.start();
		}

		assert.equal((await keymaker.saveWaiting()).length, 2);
	});

	test('is told by authorize, which asks for nothing more: it is safe', async context => {
		const {services, close} = await testServices({poems: ['harbour']});
		context.after(close);
		const {keystore, ...program} = await startKeyMaking(placeFor(context));
		context.after(program.close);
		const keymaker = createKeymaker({...services, keystore});
		const run = collect({interactive: true});
		const input = {missing: false, access: null, handle: null, replaceAccount: false, bots: ['harbour']};
		const done = authorize(input, {...services, keystore, keymaker} as Services, run.write);
		await run.until(() => run.out.length > 0);
		const pin = await approve(run.out[0] ?? '', 'harbour_poem');
		await server.end();
		try {
			run.type(pin);
			assert.equal(await done, 1);
		} finally {
			await server.start();
		}

		const said = run.err.join('\n');
		assert.match(
			said,
			/X has given the key of @harbour_poem for harbour\. It waits, sealed, in \S+\/flock\.waiting, and/,
		);
		assert.doesNotMatch(said, /lost|in memory/);
		const next = collect();
		await saveWaiting({keymaker}, next.write);
		assert.deepEqual(next.err, [
			'harbour: the key of @harbour_poem, which waited on this computer, is saved.',
		]);
		await saveWaiting({keymaker}, next.write);
		assert.equal(next.err.length, 1);
	});
});
