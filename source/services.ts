import type {ExportRequest, ExportResult} from './bundles/export.ts';
import type {Desktop} from './desktop/desktop.ts';
import type {AppSource, Keymaker} from './keymaker/keymaker.ts';
import type {Keystore, KeystoreUpkeep} from './keystore/keystore.ts';
import type {Poems} from './poems/poems.ts';
import type {X} from './x/x.ts';

/** Everything that commands and screens work with; handed in, so that tests hand in what they like. */
export type Services = {
	poems: Poems;
	keystore: Keystore & KeystoreUpkeep;
	x: X;
	keymaker: Keymaker;
	desktop: Desktop;
	/** The app key in use, and where it came from; `null` where there is none. */
	appSource(): Promise<AppSource | null>;
	/** Writes key files for other programs. @throws FlockError `export-…` */
	writeExport(request: ExportRequest): Promise<ExportResult>;
	/** True where the stand-in for X answers. */
	practice: boolean;
	/** The current folder, an absolute path. */
	cwd: string;
	/** Milliseconds since 1970. */
	now(): number;
};
