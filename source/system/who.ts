import {hostname, userInfo} from 'node:os';

/** The person and the computer, as they call themselves; a container's user may have no name. */
export function whoAmI(): string {
	let user = 'unknown';
	try {
		user = userInfo().username;
	} catch {}

	return `${user}@${hostname()}`;
}
