import type {ExportRequest} from '../bundles/export.ts';
import type {BundleEntry} from '../bundles/format.ts';
import {FlockError} from '../flock/error.ts';
import type {Bot} from '../flock/flock.ts';
import {type PoemFolder, poemFileFrom} from '../flock/poem.ts';
import type {Services} from '../services.ts';
import type {AppInUse} from './app-key.ts';
import {appKeyFor, heldError, noKeyError} from './in-force.ts';

/** What collecting and writing an export needs. */
export type ExportServices = Pick<Services, 'keystore' | 'cwd'>;

/** The keys of some bots, complete in themselves, and why others are missing. */
export type Gathered = {entries: BundleEntry[]; left: FlockError[]};

/**
 * Collects the active keys of these bots, each with the secret of its app. `left` has an error for each bot
 * without one: `no-key`, `held`, `other-app`, `bad-app-key`.
 * @param inUse the app key in use.
 * @throws FlockError `keystore-…`
 */
export async function gatherEntries(
	bots: readonly Bot[],
	inUse: AppInUse,
	services: ExportServices,
): Promise<Gathered> {
	const entries: BundleEntry[] = [];
	const left: FlockError[] = [];
	for (const bot of bots) {
		const entry = await entryOf(bot, inUse, services);
		if (entry instanceof FlockError) {
			left.push(entry);
		} else {
			entries.push(entry);
		}
	}

	return {entries, left};
}

/** The request for an export that overwrites neither poems nor the keystore. */
export function exportRequest(
	wanted: Pick<ExportRequest, 'format' | 'recipients' | 'entries' | 'out' | 'force'>,
	folder: PoemFolder,
	{keystore, cwd}: ExportServices,
): ExportRequest {
	return {
		...wanted,
		cwd,
		poemsFolder: folder.path,
		untouchable: [keystore.path, ...folder.poems.map(poem => poem.path)],
	};
}

async function entryOf(
	bot: Bot,
	inUse: AppInUse,
	{keystore, cwd}: ExportServices,
): Promise<BundleEntry | FlockError> {
	const key = (await keystore.get(bot.name))?.key ?? null;
	if (key === null) {
		return bot.held.length === 0 ? noKeyError(bot.name) : heldError(bot.name, bot.held);
	}

	const appKey = await appKeyFor(bot.name, key, keystore, inUse);
	if (appKey instanceof FlockError) {
		return appKey;
	}

	return {
		...appKey,
		accessToken: key.accessToken,
		accessSecret: key.accessSecret,
		bot: bot.name,
		// Send no program to a file outside the folder of poems.
		poemFile: bot.poem === null || bot.poem.leadsTo !== undefined ? null : poemFileFrom(cwd, bot.poem.path),
		userId: key.userId,
		handle: key.handle || null,
	};
}
