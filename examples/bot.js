// Posts the next line of a bot's poem, and begins anew at its end:
//
//     node examples/bot.js harbour
//
// Which line is next stands in a file beside it, harbour.next-line. In practice, make the key with
// `keymaker --practice` first; then nothing reaches X:
//
//     KEYMAKER_PRACTICE=1 node examples/bot.js harbour
import {constants} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {clientFor, FlockError, openKeystore} from 'keymaker';

const bot = process.argv[2] ?? process.env.KEYMAKER_BOT ?? 'harbour';
const placeFile = `${bot}.next-line`;

// A link in its place could lead to any other file, which would be written over.
const {O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW = 0} = constants;

try {
	const lines = await linesOfPoem();
	const place = await readPlace();
	const client = await clientFor(bot);
	const line = lines[place % lines.length] ?? '';
	const {data} = await client.v2.tweet(line);
	await writeFile(placeFile, `${place + 1}\n`, {flag: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW});
	process.stdout.write(`${bot} posted ${data.id}: ${line}\n`);
} catch (error) {
	// keymaker's errors say what is wrong and what to do next; X's answers are errors of twitter-api-v2.
	if (!(error instanceof FlockError)) {
		throw error;
	}

	process.stderr.write(`${error.message}\n  ${error.hint}\n`);
	process.exitCode = 1;
}

/** The poem's lines, without the empty ones. */
async function linesOfPoem() {
	const {poem, poemLink} = (await openKeystore().list()).find(row => row.bot === bot) ?? {};
	if (poemLink) {
		throw new Error(
			`The poem of ${bot} is a link to ${poemLink}, outside the folder of poems: nothing is posted.`,
		);
	}

	if (!poem) {
		throw new Error(`The poem of ${bot} is gone.`);
	}

	return (await readFile(poem, 'utf8')).split(/\r?\n/).filter(line => line.trim() !== '');
}

/** How many lines were posted so far. */
async function readPlace() {
	try {
		return Number(await readFile(placeFile, {encoding: 'utf8', flag: O_RDONLY | O_NOFOLLOW}));
	} catch (error) {
		if (error.code === 'ENOENT') {
			return 0;
		}

		throw error;
	}
}
