// A second process for the tests: moves a flock, and prints a line when it begins and when it has.
import process from 'node:process';
import type {KeystoreOptions} from '../../source/keystore/core.ts';
import {openMove} from '../../source/keystore/move.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {databaseAt, flock} from './move-support.ts';
import {passphrase} from './postgres/support.ts';

type Place = KeystoreOptions | string;

const {from, to} = JSON.parse(process.argv[2] ?? '') as {from: Place; to: Place};
const opened = (place: Place) =>
	typeof place === 'string'
		? databaseAt(place)
		: openKeystore({...place, passphrase: () => passphrase, passphraseGiven: true});

const way = openMove(opened(from), opened(to), flock);
// Loads what it takes, so that a kill meets the move itself.
await way.look();
process.stdout.write('begins\n');
await way.run();
process.stdout.write('done\n');
