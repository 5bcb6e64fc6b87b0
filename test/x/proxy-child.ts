import {FlockError} from '../../source/flock/error.ts';
import {createX} from '../../source/x/create.ts';
import {appKey, everythingOf} from './fixtures.ts';

/** Tries the app key and probes X by way of this process's own environment, and prints what came of it. */
const x = createX({env: process.env, deadlineSeconds: Number(process.env.KEYMAKER_TIMEOUT ?? 15)});
try {
	await x.tryAppKey(appKey);
	process.stdout.write(JSON.stringify({code: null, probe: await x.probe()}));
} catch (error) {
	if (!(error instanceof FlockError)) {
		throw error;
	}

	const {code, message, uncertain} = error;
	process.stdout.write(JSON.stringify({code, message, uncertain, everything: everythingOf(error)}));
}
