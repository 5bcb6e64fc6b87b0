import {FlockError} from '../flock/error.ts';
import {type Flock, joinFlock} from '../flock/flock.ts';
import type {PoemFolder} from '../flock/poem.ts';
import type {Keystore} from '../keystore/keystore.ts';
import type {Poems} from '../poems/poems.ts';
import type {AppInUse} from './app-key.ts';

/** The folder of poems and the keystore, read again and joined, and the app key in use at that time. */
export type FlockReading = {
	flock: Flock;
	folder: PoemFolder;
	app: AppInUse;
	/** On a host, the bots that it cannot open, which are not in the flock; else `null`. */
	others: ReadonlySet<string> | null;
};

/** What reading a flock needs. */
export type FlockSources = {
	poems: Poems;
	keystore: Keystore;
	appSource(): Promise<AppInUse>;
};

/** Reads poems and keys and joins them. @throws FlockError `keystore-…` */
export async function readFlock({poems, keystore, appSource}: FlockSources): Promise<FlockReading> {
	const [folder, contents] = await Promise.all([poems.read(), keystore.list()]);
	// After that, because it may also read the keystore: together they would read it twice.
	const app = await appSource();
	const isUsable = app !== null && !(app instanceof FlockError);
	const apps = isUsable ? new Set([...contents.apps, app.appKey.consumerKey]) : contents.apps;
	const {records, waiting, others = null} = contents;
	const its = others === null ? folder.poems : folder.poems.filter(({bot}) => records.has(bot));
	return {flock: joinFlock(its, records, apps, keystore.isShared, waiting), folder, app, others};
}
