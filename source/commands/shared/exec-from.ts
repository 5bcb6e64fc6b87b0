import path from 'node:path';
import type {BundleEntry} from '../../bundles/format.ts';
import {readImport} from '../../bundles/import.ts';
import {FlockError} from '../../flock/error.ts';
import {nearest} from '../../flock/nearest.ts';
import {oneForm} from '../../flock/poem.ts';
import {visible} from '../../flock/visible.ts';
import type {ReadingServices} from '../../services.ts';
import type {Grant} from './child-environment.ts';

/**
 * Takes a bot's key from a file for its program, without opening a keystore.
 * @throws FlockError `unknown-bot`, `import-…`, `not-granted`, `identity-…`
 */
export async function grantFrom(
	file: string,
	name: string,
	{poems, practice, cwd, identity}: Pick<ReadingServices, 'poems' | 'practice' | 'cwd' | 'identity'>,
): Promise<Grant> {
	const bot = oneForm(name);
	const place = path.resolve(cwd, file);
	const entries = (await readImport(place, false, identity)).flatMap(({entries: all}) => all);
	const found = entries.filter(entry => entry.bot !== null && oneForm(entry.bot) === bot);
	const [entry] = found;
	if (entry === undefined || found.length > 1) {
		throw new FlockError(
			'unknown-bot',
			`${visible(file)} has ${entry === undefined ? 'no key' : 'several keys'} for ${visible(bot)}.`,
			{hint: hintFor(bot, entries)},
		);
	}

	const poem = (await poems.read()).poems.find(one => one.bot === bot) ?? null;
	const {accessToken, accessSecret, consumerKey, consumerSecret, userId, handle} = entry;
	return {
		bot: {name: bot, poem},
		// A token begins with its account's id.
		key: {
			accessToken,
			accessSecret,
			userId: userId ?? accessToken.replace(/-.*/s, ''),
			handle: handle ?? '',
		},
		appKey: {consumerKey, consumerSecret},
		practice,
	};
}

function hintFor(bot: string, entries: readonly BundleEntry[]): string {
	const names = entries.flatMap(entry => entry.bot ?? []);
	const near = nearest(bot, names);
	return near === null
		? 'Export the file again with one key for this bot.'
		: `Did you mean ${visible(near)}?`;
}
