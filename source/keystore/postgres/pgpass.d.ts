declare module 'pgpass' {
	import type {Writable} from 'node:stream';

	/** Looks for a password in the passfile (PGPASSFILE, `~/.pgpass`). */
	function pgpass(
		connection: {user: string; host: string; port: number; database: string},
		found: (password: string | undefined) => void,
	): void;

	namespace pgpass {
		/** Where warnings go. */
		function warnTo(stream: Writable): Writable;
	}

	export default pgpass;
}
