/**
 * A process of its own that makes a profile, starts a browser with it, and removes it when that browser has gone: it outlives
 * keymaker, as the browser does. It is told the profile, the browser's family, and the browser's program with its arguments;
 * it says a line when the browser has begun to write into the profile, and ends with the browser's exit code where it never did.
 * What it leaves behind where it is killed itself, keymaker's next start removes.
 */
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {startAndLeave} from '../system/programs.ts';
import {firefoxSettings} from './browsers.ts';
import {isUsed, isWritten, makeProfile, removeProfile} from './profiles.ts';

/** How often is looked what the browser has done, in milliseconds. */
const pause = 100;

/** As often as that the browser is seen running after it has begun to write: one without a display writes too, and ends at once. */
const looks = 5;

/** How often is looked once the browser's first process has ended and others of it have not, in milliseconds. */
const longPause = 1000;

/** The longest wait that a timer knows, in milliseconds. */
const forEver = 2 ** 31 - 1;

const [profile = '', family, ...command] = process.argv.slice(2);

// Whoever started this may be gone by then.
process.stdout.on('error', () => {});
await makeProfile(profile);
try {
	process.exitCode = await follow();
} finally {
	await removeProfile(profile);
}

/** Waits until the browser is gone. @returns its exit code, or 0 where it has used the profile */
async function follow(): Promise<number> {
	if (family === 'firefox') {
		await writeFile(path.join(profile, 'user.js'), firefoxSettings, {mode: 0o600});
	}

	let isOver = false;
	const ended = startAndLeave({command, env: process.env}, forEver).finally(() => {
		isOver = true;
	});
	const before = family === 'firefox' ? 1 : 0;
	let seen = 0;
	// A browser may start itself anew, or leave the first process as soon as it runs.
	while (!isOver || (await isUsed(profile)) === true) {
		seen += seen > 0 || (await isWritten(profile, before)) ? 1 : 0;
		if (seen === looks) {
			process.stdout.write('started\n');
		}

		await (seen < looks ? sleep(pause) : isOver ? sleep(longPause) : ended);
	}

	const start = await ended;
	return seen >= looks || start.ok ? 0 : start.exitCode;
}
