import type {Condition} from './bench.ts';
import {exchanged} from './exchanged.ts';
import {fullDisk} from './full-disk.ts';
import {answers} from './fuzz-answers.ts';
import {imports, keystoreFiles, pins} from './fuzz-input.ts';
import {names, screens} from './fuzz-names.ts';
import {killed, killedEncrypting} from './kill.ts';
import {lostLock, noLock, stoppedHolder} from './locks.ts';
import {many} from './many.ts';
import {readOnly, vanished} from './places.ts';
import {terminal} from './terminal.ts';

/** Everything that keys have to survive. */
export const conditions: readonly Condition[] = [
	killed,
	killedEncrypting,
	fullDisk,
	readOnly,
	vanished,
	lostLock,
	noLock,
	stoppedHolder,
	many,
	names,
	pins,
	keystoreFiles,
	exchanged,
	imports,
	answers,
	screens,
	terminal,
];
