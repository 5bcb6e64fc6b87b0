/** A program that does one thing which lasts; it says on standard output when it is in the middle of it. */
import {randomBytes, scrypt} from 'node:crypto';
import {writeSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {openKeystore} from '../../source/keystore/open.ts';
import {openInterruption} from '../../source/system/interruption.ts';
import {allFinished, lendSignals, unfinished, unfinishedWork} from '../../source/system/unfinished.ts';

const [what = '', place = ''] = process.argv.slice(2);
let clock: number | null = null;
const interruption = openInterruption(
	line => writeSync(2, `${line}\n`),
	() => clock ?? performance.now(),
);
process.on('exit', () => process.stdout.write('left\n'));
const say = (line: string) => process.stdout.write(`${line}\n`);
const forEver = () => new Promise<void>(() => {});
setInterval(() => {}, 2 ** 30);

switch (what) {
	case 'reads a file that does not answer':
		readFile(place).then(() => say('read'));
		say('begun');
		break;
	case 'derives a key': {
		// Minutes, and all the threads that Node has.
		for (let thread = 0; thread < 4; thread += 1) {
			scrypt('not a real passphrase', randomBytes(16), 32, {N: 2 ** 17, r: 8, p: 1000, maxmem: 2 ** 31}, () =>
				say('derived'),
			);
		}

		say('begun');
		break;
	}

	case 'waits':
		say('begun');
		await forEver();
		break;
	case 'saves': {
		const keystore = openKeystore({folder: place, flock: 'test', poems: null, patience: 600_000});
		const saved = keystore.saveAppKey({
			consumerKey: 'not-a-real-key',
			consumerSecret: 'not-a-real-secret',
		});
		while (unfinishedWork().length === 0) {
			await new Promise(resolve => setImmediate(resolve));
		}

		say('begun');
		await saved;
		say('saved');
		await forEver();
		break;
	}

	case 'saves twice':
		await unfinished('saving the first', async () => {
			say('begun');
			await new Promise<void>(resolve => {
				interruption.signal.addEventListener('abort', () => resolve());
			});
		});
		await unfinished('saving the second', async () => {
			for (let turn = 0; turn < 100; turn += 1) {
				await new Promise(resolve => setImmediate(resolve));
			}
		});
		say('both saved');
		await forEver();
		break;
	case 'hears':
		// Ctrl-C at these times of a clock of its own; unfinished work never ends.
		unfinished('working', forEver);
		for (const time of place.split(' ').map(Number)) {
			clock = time;
			interruption.interrupt('SIGINT');
		}

		say('begun');
		break;
	case 'runs a program':
		await lendSignals(async () => {
			const told = new Promise<void>(resolve => {
				interruption.signal.addEventListener('abort', () => resolve());
			});
			say('begun');
			await told;
		});
		await allFinished();
		say(`exit code ${interruption.exitCode}`);
		process.exit(7);
}
