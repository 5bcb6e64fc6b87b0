import path from 'node:path';
import type {ScryptCost} from '../../source/keystore/form/encryption.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import type {Workplace} from './program.ts';

/** The keystore of a workplace in practice, opened in this process: what a test only prepares needs no program. */
export function keystoreOf(place: Workplace, scrypt?: ScryptCost) {
	return openKeystore({
		folder: path.join(place.folder, 'keystore', 'practice'),
		flock: 'flock',
		kind: 'practice',
		poems: path.join(place.folder, 'poems'),
		scrypt,
	});
}
