import {existsSync} from 'node:fs';
import {type Browser, chromium} from 'playwright-core';
import {whySkipped} from './installed.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
	path => existsSync(path),
);

/** Why tests in Chromium are skipped; `false` where it is installed. */
export const withoutChromium = whySkipped(executablePath === undefined && 'Chromium is not installed');

/** A net that no load trips; milliseconds. */
export const browserPatienceMs = 240_000;

/** Starts Chromium without a window. */
export function startChromium(): Promise<Browser> {
	return chromium.launch({
		timeout: browserPatienceMs,
		executablePath: executablePath ?? '/usr/bin/chromium',
		args: [
			'--no-sandbox',
			'--disable-gpu',
			// A container's /dev/shm is small: a page that finds it full crashes.
			'--disable-dev-shm-usage',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}
