import {FlockError} from '../../flock/error.ts';
import type {KeystoreHealth} from '../keystore.ts';

/** What is told of a keystore in a database that cannot be opened. @throws what is no `FlockError` */
export function unopenedHealth(path: string, error: unknown): KeystoreHealth {
	if (!(error instanceof FlockError)) {
		throw error;
	}

	const {message: sentence, hint} = error;
	return {
		path,
		exists: true,
		encrypted: true,
		bots: null,
		backups: 0,
		findings: [{sentence, hint, serious: true}],
	};
}
