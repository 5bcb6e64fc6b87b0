import type {BareServices} from '../services.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** Prints the SQL that an administrator runs once in a database where keymaker’s own role may not make a schema. */
export async function schema({databaseSchema}: BareServices, write: Write): Promise<number> {
	write.raw(await databaseSchema());
	return exitCode.done;
}

/** How `schema` is called. */
export const command = define({
	name: 'schema',
	arguments: [],
	summary: 'Print the SQL that makes keymaker’s schema in a PostgreSQL database.',
	details: 'Needed only where the role may not create a schema: the first key makes it otherwise.',
	options: {},
	examples: ['keymaker schema | psql flocks'],
	needs: 'no-keystore',
	run: (_line, services, write) => schema(services, write),
});
