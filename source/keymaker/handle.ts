import {FlockError} from '../flock/error.ts';
import {cleanHandle} from '../flock/key.ts';

/** A typed handle in its stored form; `null` for none. @throws FlockError `bad-handle` */
export function handleOf(text: string | null): string | null {
	const handle = cleanHandle(text ?? '');
	if (handle === '') {
		return null;
	}

	if (!/^\w{1,20}$/.test(handle)) {
		throw new FlockError('bad-handle', 'A handle has letters, digits and underscores, 20 at most.', {
			hint: 'Type it as X shows it, with or without the @.',
		});
	}

	return handle;
}
