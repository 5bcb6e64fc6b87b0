import type {Condition} from './bench.ts';
import {database} from './database.ts';
import {exchanged} from './exchanged.ts';
import {killedExporting} from './exports.ts';
import {fullDisk} from './full-disk.ts';
import {answers} from './fuzz-answers.ts';
import {imports, keystoreFiles, pins} from './fuzz-input.ts';
import {names, screens} from './fuzz-names.ts';
import {helpers} from './helpers.ts';
import {interleavings} from './interleavings.ts';
import {interrupted} from './interrupted.ts';
import {killed, killedEncrypting} from './kill.ts';
import {lostLock, noLock, stoppedHolder} from './locks.ts';
import {many} from './many.ts';
import {readOnly, vanished} from './places.ts';
import {plantedCopies, rootElsewhere} from './planted.ts';
import {refusals} from './refusals.ts';
import {terminal} from './terminal.ts';

/** Everything that keys have to survive. */
export const conditions: readonly Condition[] = [
	killed,
	killedEncrypting,
	interrupted,
	killedExporting,
	fullDisk,
	refusals,
	readOnly,
	vanished,
	lostLock,
	noLock,
	stoppedHolder,
	interleavings,
	many,
	database,
	plantedCopies,
	rootElsewhere,
	names,
	pins,
	keystoreFiles,
	exchanged,
	imports,
	answers,
	screens,
	helpers,
	terminal,
];
