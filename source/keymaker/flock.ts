import {type Flock, joinFlock} from '../flock/flock.ts';
import type {PoemFolder} from '../flock/poem.ts';
import type {Keystore} from '../keystore/keystore.ts';
import type {Poems} from '../poems/poems.ts';
import type {AppSource} from './keymaker.ts';

/** The folder of poems and the keystore, read anew and joined. */
export type FlockReading = {flock: Flock; folder: PoemFolder};

/** What reading a flock needs. */
export type FlockSources = {
	poems: Poems;
	keystore: Keystore;
	appSource(): Promise<AppSource | null>;
};

/** Reads poems and keys and joins them. @throws FlockError `keystore-…` */
export async function readFlock({poems, keystore, appSource}: FlockSources): Promise<FlockReading> {
	const [folder, contents] = await Promise.all([poems.read(), keystore.list()]);
	// Afterwards, since it may look into the keystore too: together they would read it twice.
	const source = await appSource();
	const apps = source === null ? contents.apps : new Set([...contents.apps, source.appKey.consumerKey]);
	return {flock: joinFlock(folder.poems, contents.records, apps), folder};
}
