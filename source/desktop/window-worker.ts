/**
 * A separate process that makes a profile, starts a browser with it, and removes it when that browser ends,
 * so it outlives keymaker like the browser. It gets the profile, the browser's family, and the browser's
 * program with its arguments. It prints a line when the browser starts to write to the profile, and ends with
 * the browser's exit code if it never did. If it is killed, keymaker's next start removes what it left.
 */
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {startAndLeave} from '../system/programs.ts';
import {firefoxSettings} from './browsers.ts';
import {isUsed, isWritten, makeProfile, removeProfile} from './profiles.ts';

/** How often to check what the browser did, in milliseconds. */
const pause = 100;

/**
 * How many checks must find the browser running after it started to write. One without a display also writes,
 * and ends at once.
 */
const looks = 5;

/** How often to check after the browser's first process ended while others run, in milliseconds. */
const longPause = 1000;

/** The longest delay of a timer, in milliseconds. */
const forEver = 2 ** 31 - 1;

const [profile = '', family, ...command] = process.argv.slice(2);

// The program that started this may have ended.
process.stdout.on('error', () => {});
await makeProfile(profile);
try {
	process.exitCode = await follow();
} finally {
	await removeProfile(profile);
}

/** Waits until the browser ends. @returns its exit code, or 0 if it used the profile */
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
	// A browser can restart itself, or leave its first process as soon as it runs.
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
