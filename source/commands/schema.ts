import type {BareServices} from '../services.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** Prints the SQL for an administrator to run once in a database where keymaker’s own role cannot create a schema. */
export async function schema({databaseSchema}: BareServices, write: Write): Promise<number> {
	write.raw(await databaseSchema());
	return exitCode.done;
}

/** The usage of `schema`. */
export const command = define({
	name: 'schema',
	arguments: [],
	summary: 'Print the SQL for keymaker’s schema in PostgreSQL.',
	details: 'You need this only if the role cannot create a schema. Otherwise the first key creates it.',
	options: {},
	examples: ['keymaker schema | psql flocks'],
	needs: 'no-keystore',
	run: (_line, services, write) => schema(services, write),
});
