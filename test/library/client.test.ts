import assert from 'node:assert/strict';
import {readFile, realpath, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {openKeystore} from '../../source/index.ts';
import {libraryPlace, root} from './place.ts';

test('clientFor posts as the bot, in practice too, and lets the program end by itself', async context => {
	const place = await libraryPlace(context, ['harbour', 'kettle']);
	await place.authorize('harbour', 'harbour_poem');
	await place.authorize('kettle', 'kettle_poem');
	const {code, out, err} = await place.runCode(`
		import {clientFor} from 'keymaker';
		for (const bot of ['harbour', 'kettle']) {
			const client = await clientFor(bot);
			const {data: {username}} = await client.v2.me();
			const {data: {text}} = await client.v2.tweet('A line by ' + bot);
			process.stdout.write(username + ': ' + text + '\\n');
		}
	`);
	assert.deepEqual([code, err], [0, '']);
	assert.equal(out, 'harbour_poem: A line by harbour\nkettle_poem: A line by kettle\n');
});

test('X’s errors are those of the twitter-api-v2 that the program has, and the client is its TwitterApi', async context => {
	const place = await libraryPlace(context, ['harbour']);
	await place.authorize('harbour', 'harbour_poem', 'read');
	const {out} = await place.runCode(`
		import {ApiResponseError, TwitterApi} from 'twitter-api-v2';
		import {clientFor} from 'keymaker';
		const client = await clientFor('harbour', {onWarning() {}});
		const error = await client.v2.tweet('A line').catch(error => error);
		process.stdout.write([client instanceof TwitterApi, error instanceof ApiResponseError, error.code].join(' '));
	`);
	assert.equal(out, 'true true 403');
});

test('under keymaker exec, the library gives the same bot’s client', async context => {
	const place = await libraryPlace(context, ['harbour']);
	await place.authorize('harbour', 'harbour_poem');
	await writeFile(
		path.join(place.folder, 'bot.mjs'),
		`import {clientFor} from 'keymaker';
		const {data} = await (await clientFor(process.env.KEYMAKER_BOT)).v2.me();
		process.stdout.write(data.username);`,
	);
	const {code, out} = await place.run(['exec', 'harbour', '--', process.execPath, 'bot.mjs']);
	assert.deepEqual([code, out], [0, 'harbour_poem']);
});

test('the example posts the poem’s lines one after the other, and begins anew at the end', async context => {
	const place = await libraryPlace(context, ['harbour', 'kettle']);
	await place.authorize('harbour', 'harbour_poem');
	await symlink(path.join(root, 'examples'), path.join(place.folder, 'examples'), 'dir');
	const run = (bot: string) =>
		place.runCode(`process.argv[2] = '${bot}'; await import('./examples/bot.js');`);
	for (const line of ['harbour', 'A line of harbour.', 'harbour']) {
		const {code, out, err} = await run('harbour');
		assert.deepEqual([code, err], [0, '']);
		assert.match(out, new RegExp(`^harbour posted \\d+: ${line}\n$`));
	}

	assert.equal(await readFile(path.join(place.folder, 'harbour.next-line'), 'utf8'), '3\n');
	const refused = await run('kettle');
	assert.deepEqual([refused.code, refused.out], [1, '']);
	assert.equal(refused.err, 'kettle has no active key.\n  Authorize it with keymaker authorize kettle\n');
});

test('the example posts nothing from a poem that is a link out of the folder, and writes through no link', async context => {
	const place = await libraryPlace(context, ['harbour']);
	await place.authorize('harbour', 'harbour_poem');
	await symlink(path.join(root, 'examples'), path.join(place.folder, 'examples'), 'dir');
	const run = () => place.runCode("process.argv[2] = 'harbour'; await import('./examples/bot.js');");
	const poem = path.join(place.folder, 'poems', 'harbour.txt');
	const secret = path.join(place.folder, 'private-key');
	await writeFile(secret, 'not-a-real-private-key\n');
	await rm(poem);
	await symlink('../private-key', poem);
	const refused = await run();
	assert.deepEqual([refused.code, refused.out], [1, '']);
	assert.match(refused.err, /is a link to .*private-key, outside the folder of poems: nothing is posted/);
	const [row] = await openKeystore(place.options).list();
	assert.equal(row?.poemLink, await realpath(secret));

	await rm(poem);
	await writeFile(poem, 'a line\n');
	await symlink('private-key', path.join(place.folder, 'harbour.next-line'));
	const unwritten = await run();
	assert.deepEqual([unwritten.code, unwritten.out], [1, '']);
	assert.equal(await readFile(secret, 'utf8'), 'not-a-real-private-key\n');
	assert.equal((await openKeystore(place.options).list())[0]?.poemLink, undefined);
});
