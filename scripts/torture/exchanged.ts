import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {putChecksum} from '../../source/keystore/form/envelope.ts';
import type {Bench, Condition} from './bench.ts';
import {lookAtError} from './fuzz-input.ts';
import {app, mark, openAt, placeIn, read, recordOf} from './keys.ts';

const passphrase = 'words';

/** A keystore's file as somebody puts it in another's place, and the code that it is refused with. */
type Exchange = {what: string; bytes: Buffer; code: RegExp};

/**
 * An encrypted keystore that is saved at random, and whose file is exchanged between the saves: refused by whoever reads and
 * whoever saves, left as it is, and every key is there again once the right file or a copy is back.
 */
export const exchanged: Condition = {
	name: 'exchanged files',
	async run(bench) {
		const rounds = bench.times(20);
		for (let round = 0; round < rounds; round += 1) {
			await tryRound(bench);
		}
	},
};

async function tryRound(bench: Bench): Promise<void> {
	const folder = bench.folder();
	const place = placeIn(folder);
	const open = () => openAt(place, passphrase);
	const keystore = open();
	await keystore.encrypt(passphrase);
	const other = openAt({...place, flock: 'kettle'}, passphrase);
	await other.encrypt(passphrase);
	await other.update('kettle', () => recordOf('kettle', {key: 1, previous: null}), app);
	const plain = openAt({...place, folder: path.join(folder, 'plain')});
	await plain.update('harbour', () => recordOf('harbour', {key: 9, previous: null}), app);

	const older: Buffer[] = [];
	const bots = Array.from({length: 2 + bench.below(4)}, (_, number) => `bot ${number}`);
	for (const [number, bot] of bots.entries()) {
		older.push(readFileSync(keystore.path));
		await keystore.update(bot, () => recordOf(bot, {key: number + 1, previous: null}), app);
	}

	let right = readFileSync(keystore.path);
	const exchanges = (): Exchange[] => [
		...older.map(bytes => ({what: 'an older save', bytes, code: /^keystore-older$/})),
		{what: 'a plain one', bytes: readFileSync(plain.path), code: /^keystore-plain$/},
		{
			what: 'a plain one of the same id',
			bytes: forged(readFileSync(plain.path), right, bench.below(2 ** 30) + 100),
			code: /^keystore-plain$/,
		},
		{what: 'another flock’s', bytes: readFileSync(other.path), code: /^keystore-other-flock$/},
		{
			what: 'another flock’s under this one’s name',
			bytes: forged(readFileSync(other.path), right, bench.below(2 ** 30) + 100),
			code: /^keystore-damaged$/,
		},
		{
			what: 'an older save with a newer counter',
			bytes: forged(older.at(-1) ?? right, right, bench.below(2 ** 30) + 100),
			code: /^keystore-damaged$/,
		},
	];
	for (const {what, bytes, code} of exchanges()) {
		bench.tried();
		writeFileSync(keystore.path, bytes);
		const fresh = open();
		const attempt =
			bench.below(2) === 0
				? fresh.list()
				: fresh.update('ode', () => recordOf('ode', {key: 1, previous: null}));
		const error = await attempt.then(
			() => new Error('it was taken'),
			(reason: unknown) => reason,
		);
		lookAtError(bench, error, code, [mark], what);
		if (!readFileSync(keystore.path).equals(bytes)) {
			bench.count('lost', `${what} was written over`);
		}

		// The right file by hand, or a copy of it: then what is restored is the newest of all that were seen.
		if (bench.below(2) === 0) {
			writeFileSync(keystore.path, right);
		} else {
			await open().restore(1);
			right = readFileSync(keystore.path);
		}

		const found = await read(open());
		if (bots.some((bot, number) => found.get(bot)?.key !== number + 1)) {
			bench.count('lost', `a key is not there after ${what}`);
		}
	}
}

/** A file with the id of another, its flock, and a counter of one’s choice; the checksum is right. */
function forged(bytes: Buffer, right: Buffer, counter: number): Buffer {
	const file = JSON.parse(bytes.toString());
	file.keystore = {...JSON.parse(right.toString()).keystore, counter};
	const made = Buffer.from(`${JSON.stringify(file, null, '\t')}\n`);
	putChecksum(made);
	return made;
}
