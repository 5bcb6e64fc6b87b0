import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {test} from 'node:test';
import {emptyRecord} from '../../source/flock/key.ts';
import {FlockError, openKeystore} from '../../source/index.ts';
import {practiceAppKey} from '../../source/practice/provider.ts';
import {libraryPlace} from './place.ts';

test('get gives exactly this bot’s key in force, with its app’s', async context => {
	const place = await libraryPlace(context, ['harbour', 'kettle']);
	const token = await place.authorize('harbour', 'harbour_poem');
	await place.authorize('kettle', 'kettle_poem');
	const key = await openKeystore(place.options).get('harbour');
	const record = await place.keystore.get('harbour');
	assert.deepEqual(key, {
		bot: 'harbour',
		...practiceAppKey,
		accessToken: token,
		accessSecret: record?.key?.accessSecret,
		userId: token.split('-')[0],
		handle: 'harbour_poem',
		accessLevel: 'read-write',
	});
});

test('the list is that of keymaker list --json, with absolute paths, and holds no secret', async context => {
	const place = await libraryPlace(context, ['harbour', 'kettle', '俳句']);
	const token = await place.authorize('harbour', 'harbour_poem');
	const rows = await openKeystore(place.options).list();
	const listed = JSON.parse((await place.run(['list', '--json'])).out);
	assert.deepEqual(
		rows,
		listed.map((row: {poem: string}) => ({...row, poem: path.join(place.folder, row.poem)})),
	);
	assert.deepEqual(
		rows.map(({bot, status}) => `${bot} ${status}`),
		['harbour ready', 'kettle no-key', '俳句 no-key'],
	);
	assert.ok(!JSON.stringify(rows).includes(token));
});

test('an unknown bot is an error that names the nearest, and never another bot’s key', async context => {
	const place = await libraryPlace(context, ['harbour']);
	await place.authorize('harbour', 'harbour_poem');
	const keys = openKeystore(place.options);
	await assert.rejects(keys.get('harbor'), error => {
		assert.ok(error instanceof FlockError);
		assert.deepEqual([error.code, error.hint], ['unknown-bot', 'Did you mean harbour?']);
		return true;
	});
	for (const name of [
		'Harbour',
		'harbour.txt',
		' harbour',
		'',
		'__proto__',
		'constructor',
		'toString',
		'a\u001bb',
	]) {
		await assert.rejects(keys.get(name), {code: 'unknown-bot'}, name);
	}
});

test('a bot without a key in force is an error, and a held key is not handed out', async context => {
	const place = await libraryPlace(context, ['harbour', 'kettle', 'moth']);
	await place.authorize('harbour', 'harbour_poem');
	const keys = openKeystore(place.options);
	await assert.rejects(keys.get('kettle'), {
		code: 'no-key',
		hint: 'Authorize it with keymaker authorize kettle',
	});
	await place.keystore.update('kettle', () => ({...emptyRecord, expectedHandle: 'kettle_poem'}));
	await assert.rejects(keys.get('kettle'), {code: 'no-key'});
	const key = (await place.keystore.get('harbour'))?.key;
	assert.ok(key);
	await place.keystore.update('moth', () => ({...emptyRecord, held: [{key, reason: 'late'}], previous: key}));
	await assert.rejects(keys.get('moth'), {code: 'held'});
});

test('a key whose app’s secret is not known is an error', async context => {
	const place = await libraryPlace(context, ['harbour']);
	await place.authorize('harbour', 'harbour_poem');
	await place.keystore.update(
		'harbour',
		record => record && {...record, key: record.key && {...record.key, consumerKey: 'anotherPracticeApp'}},
	);
	await assert.rejects(openKeystore(place.options).get('harbour'), {code: 'other-app'});
});

test('a rejected or read-only key is handed out with a warning, which the program may take', async context => {
	const place = await libraryPlace(context, ['harbour', 'kettle']);
	await place.authorize('harbour', 'harbour_poem');
	await place.authorize('kettle', 'kettle_poem', 'read');
	await place.keystore.update(
		'harbour',
		record => record && {...record, key: record.key && {...record.key, rejected: true}},
	);
	await place.keystore.update('kettle', record => record && {...record, wantedAccess: 'write'});
	const warnings: string[] = [];
	const keys = openKeystore({...place.options, onWarning: message => warnings.push(message)});
	assert.equal((await keys.get('harbour')).handle, 'harbour_poem');
	assert.equal((await keys.get('kettle')).handle, 'kettle_poem');
	assert.match(warnings[0] ?? '', /^harbour’s key \(@harbour_poem\) was rejected by X/);
	assert.match(warnings[1] ?? '', /^kettle’s key \(@kettle_poem\) is read-only/);
	assert.equal(warnings.length, 2);

	const {code, err} = await place.runCode(
		"import {openKeystore} from 'keymaker'; await openKeystore().get('harbour');",
	);
	assert.equal(code, 0);
	assert.match(err, /KeymakerWarning: harbour’s key \(@harbour_poem\) was rejected by X/);
});

test('a program that runs on sees a key that was made again, without a restart', async context => {
	const place = await libraryPlace(context, ['harbour']);
	const first = await place.authorize('harbour', 'harbour_poem', 'read');
	const child = place.startCode(`
		import {createInterface} from 'node:readline';
		import {clientFor, openKeystore} from 'keymaker';
		const keys = openKeystore();
		for await (const _ of createInterface({input: process.stdin})) {
			const {accessToken} = await keys.get('harbour');
			const client = await clientFor('harbour', {onWarning() {}});
			const posted = await client.v2.tweet('a line').then(() => 'posted', error => error.code);
			process.stdout.write(accessToken + ' ' + posted + '\\n');
		}
	`);
	let text = '';
	child.stdout?.on('data', chunk => {
		text += chunk;
	});
	const answer = (number: number) =>
		new Promise<string | undefined>((resolve, reject) => {
			const look = () => {
				const lines = text.split('\n');
				if (lines.length > number + 1) {
					child.stdout?.off('data', look);
					resolve(lines[number]);
				}
			};
			child.stdout?.on('data', look);
			child.on('close', () => reject(new Error(`The program ended: ${text}`)));
			child.stdin?.write('\n');
		});
	assert.equal(await answer(0), `${first} 403`);
	const second = await place.authorize('harbour', 'harbour_poem', 'write');
	assert.notEqual(second, first);
	assert.equal(await answer(1), `${second} posted`);
});

test('an encrypted keystore opens with a passphrase from the program or the environment, and not without', async context => {
	const place = await libraryPlace(context, ['harbour']);
	const token = await place.authorize('harbour', 'harbour_poem');
	const passphrase = 'not a real passphrase';
	const keys = (options = {}) => openKeystore({...place.options, ...options});
	await place.keystore.encrypt(passphrase);
	await assert.rejects(keys().get('harbour'), {code: 'keystore-passphrase'});
	await assert.rejects(keys({passphrase: () => 'another one'}).get('harbour'), {code: 'keystore-passphrase'});
	assert.equal((await keys({passphrase: async () => passphrase}).get('harbour')).accessToken, token);

	const code = `
		import {openKeystore} from 'keymaker';
		process.stdout.write((await openKeystore().get('harbour')).accessToken);
	`;
	for (const variables of [
		{KEYMAKER_PASSPHRASE: passphrase},
		{KEYMAKER_PASSPHRASE_COMMAND: `echo ${passphrase}`},
	]) {
		const {out, err} = await place.runCode(code, variables);
		assert.deepEqual([out, err], [token, '']);
	}
});

test('a passphrase command that reads standard input leaves a bot’s program its own', async context => {
	const place = await libraryPlace(context, ['harbour']);
	await place.authorize('harbour', 'harbour_poem');
	const passphrase = 'not a real passphrase';
	await place.keystore.encrypt(passphrase);
	const bot = place.startCode(
		`
			import {openKeystore} from 'keymaker';
			const {handle} = await openKeystore().get('harbour');
			for await (const text of process.stdin.setEncoding('utf8')) {
				process.stdout.write(handle + ' got: ' + text);
			}
		`,
		{KEYMAKER_PASSPHRASE_COMMAND: `cat >/dev/null; echo ${passphrase}`},
	);
	assert.ok(bot.stdin && bot.stdout && bot.stderr);
	bot.stdin.end('a line for the bot\n');
	assert.deepEqual(await Promise.all([text(bot.stdout), text(bot.stderr)]), [
		'harbour_poem got: a line for the bot\n',
		'',
	]);
});

test('a flock that only has the same name is not taken for this one', async context => {
	const place = await libraryPlace(context, ['harbour']);
	await place.authorize('harbour', 'harbour_poem');
	const elsewhere = await mkdtemp(path.join(tmpdir(), 'keymaker-elsewhere-'));
	context.after(() => rm(elsewhere, {recursive: true, force: true}));
	const poems = path.join(elsewhere, 'flock', 'poems');
	await mkdir(poems, {recursive: true});
	const {keystore, practice} = place.options;
	await assert.rejects(openKeystore({keystore, practice, poems}).get('harbour'), {
		code: 'keystore-other-poems',
	});
	// One that is named is meant, wherever the program runs.
	assert.equal((await openKeystore({keystore, practice, flock: 'flock'}).get('harbour')).bot, 'harbour');
});

test('nothing is read, made or started before the first call', async () => {
	const keystore = path.join(tmpdir(), 'keymaker-that-is-not-there');
	const keys = openKeystore({keystore, flock: 'nobody', practice: true});
	await assert.rejects(keys.get('nobody at all'), {code: 'unknown-bot'});
	await assert.rejects(mkdir(path.join(keystore, 'inside')), {code: 'ENOENT'});
});
