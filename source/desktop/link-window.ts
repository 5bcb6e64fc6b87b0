import {ownProgram, startAndHear} from '../system/programs.ts';
import {hasNoDisplay, isWebAddress, openBrowser} from './browser.ts';
import {ownWindowArgs} from './browsers.ts';
import type {LinkResult} from './desktop.ts';
import {type LinkOptions, type LinkWay, linkWay, type OwnWindow} from './link-way.ts';
import {newProfile, whyNoProfilesIn} from './profiles.ts';

/** How long a browser can take to write to its profile, in milliseconds. After that it counts as running. */
const patience = 20_000;

/**
 * Opens a link in a separate window: the default browser with an empty profile, which is removed when that
 * browser ends. If that is impossible, opens an ordinary window and says so. `$BROWSER` is the person's own
 * choice, and goes first.
 */
export async function openLink(url: string, options: LinkOptions): Promise<LinkResult> {
	const {env, platform} = options;
	const isOpenable = isWebAddress(url) && !hasNoDisplay(env, platform);
	const way: LinkWay = isOpenable ? await linkWay(options) : {told: {kind: 'given'}};
	if (way.told.kind === 'given') {
		return {...(await openBrowser(url, env, platform)), window: way.told};
	}

	const why = 'own' in way ? await whyNotOwn(way.own, url, options) : way.told.why;
	if ('own' in way && why === null) {
		const sentence = `Started ${way.own.browser} with an empty profile.`;
		return {started: true, sentence, window: way.told};
	}

	const {started, sentence} = await openBrowser(url, env, platform);
	return {started, sentence: why === null ? sentence : `${why} ${sentence}`, window: {kind: 'ordinary', why}};
}

/** Opens a separate window. @returns why that is impossible; `null` if it opened */
async function whyNotOwn(own: OwnWindow, url: string, {env}: LinkOptions): Promise<string | null> {
	const {browser, family, program, folder} = own;
	const noPlace = await whyNoProfilesIn(folder);
	if (noPlace !== null) {
		return `${browser} got no empty profile in ${folder}: ${noPlace}.`;
	}

	const profile = newProfile(folder);
	const args = [profile, family, program, ...ownWindowArgs(family, profile, url)];
	const start = await startAndHear(ownProgram(import.meta.url, 'window-worker', args, env), patience);
	return start.ok ? null : `${browser} did not start with an empty profile: ${start.reason}.`;
}
