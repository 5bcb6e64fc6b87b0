import type {ExportRequest, ExportResult} from './bundles/export.ts';
import type {Callback} from './desktop/callback.ts';
import type {Desktop} from './desktop/desktop.ts';
import type {CallbackPort} from './flock/callback.ts';
import type {AppInUse} from './keymaker/app-key.ts';
import type {Keymaker} from './keymaker/keymaker.ts';
import type {Keystore, KeystoreUpkeep, Move} from './keystore/keystore.ts';
import type {Poems} from './poems/poems.ts';
import type {Identity} from './system/identity.ts';
import type {X} from './x/x.ts';

/** The services before there is a keystore: nothing needs opening. */
export type BareServices = {
	poems: Pick<Poems, 'path'>;
	cwd: string;
	/** The SQL that prepares a database. */
	databaseSchema(): Promise<string>;
	/** This computer's identity, which may not exist yet. @throws FlockError `identity-unwritable` if there is no place for one */
	identity(): Promise<Identity>;
};

/** The services of commands that only read the flock and its keys. */
export type ReadingServices = {
	poems: Poems;
	keystore: Keystore & KeystoreUpkeep;
	/** The flock's way to another keystore. @param to a folder or an address @throws FlockError `usage`, `keystore-address` */
	openMove(to: string): Promise<Move>;
	/** The app key in use, and its origin. @throws FlockError `keystore-…` */
	appSource(): Promise<AppInUse>;
	/** This computer's identity. @throws like `BareServices.identity` */
	identity(): Promise<Identity>;
	/** True if the stand-in for X answers. */
	practice: boolean;
	/** The current folder, as an absolute path. */
	cwd: string;
};

/** The services of commands and screens, passed in so that tests can pass in others. */
export type Services = ReadingServices & {
	x: X;
	keymaker: Keymaker;
	desktop: Desktop;
	/** Listens for X's answer. */
	callback: Callback;
	/** The port to listen on that the person gave; `null` leaves it to what was saved with the app. */
	callbackPort: CallbackPort | null;
	/** Writes key files for other programs. @throws FlockError `export-…` */
	writeExport(request: ExportRequest): Promise<ExportResult>;
	/** Milliseconds since 1970. */
	now(): number;
};
