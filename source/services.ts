import type {ExportRequest, ExportResult} from './bundles/export.ts';
import type {Desktop} from './desktop/desktop.ts';
import type {AppInUse} from './keymaker/app-key.ts';
import type {Keymaker} from './keymaker/keymaker.ts';
import type {Keystore, KeystoreUpkeep, Move} from './keystore/keystore.ts';
import type {Poems} from './poems/poems.ts';
import type {X} from './x/x.ts';

/** What is there before there is a place for a keystore: nothing that has to be opened. */
export type BareServices = {
	poems: Pick<Poems, 'path'>;
	cwd: string;
	/** The SQL that makes what keymaker needs in a database. */
	databaseSchema(): Promise<string>;
};

/** What commands work with that only read the flock and its keys. */
export type ReadingServices = {
	poems: Poems;
	keystore: Keystore & KeystoreUpkeep;
	/** The flock's way to another keystore. @param to a folder or an address @throws FlockError `usage`, `keystore-address` */
	openMove(to: string): Promise<Move>;
	/** The app key in use, and where it came from. @throws FlockError `keystore-…` */
	appSource(): Promise<AppInUse>;
	/** True where the stand-in for X answers. */
	practice: boolean;
	/** The current folder, an absolute path. */
	cwd: string;
};

/** Everything that commands and screens work with; handed in, so that tests hand in what they like. */
export type Services = ReadingServices & {
	x: X;
	keymaker: Keymaker;
	desktop: Desktop;
	/** Writes key files for other programs. @throws FlockError `export-…` */
	writeExport(request: ExportRequest): Promise<ExportResult>;
	/** Milliseconds since 1970. */
	now(): number;
};
