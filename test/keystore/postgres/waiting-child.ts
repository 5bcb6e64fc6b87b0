// A second process for the tests of keys that wait: makes a key, or saves what waits, and tells how far it has come.
import process from 'node:process';
import {type KeyPlace, startKeyMaking} from './keymaking.ts';

/** What it is to do. */
type Task = {
	place: KeyPlace;
	/** The bot to make a key for, as the account of its name; without one, what waits is saved. */
	bot: string | null;
};

const {place, bot} = JSON.parse(process.argv[2] ?? '') as Task;
const print = (line: string) => process.stdout.write(`${line}\n`);
const {keymaker, submit, close} = await startKeyMaking(place);
if (bot === null) {
	print('ready');
	await new Promise(resolve => process.stdin.once('data', resolve));
	for (const {bot: saved, kind} of await keymaker.saveWaiting()) {
		print(`${saved} ${kind}`);
	}
} else {
	const link = await keymaker.requestLink(bot);
	print('ready');
	await new Promise(resolve => process.stdin.once('data', resolve));
	print((await submit(link, bot)).kind);
}

await close();
process.exit();
