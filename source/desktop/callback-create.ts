import {FlockError} from '../flock/error.ts';
import type {Environment} from '../system/environment.ts';
import type {Callback} from './callback.ts';
import {isOverSsh} from './clipboard.ts';

/** What listens is loaded when it is first wanted. */
export function createCallback(env: Environment): Callback {
	let loading: Promise<Callback> | null = null;
	return {
		async listen(port) {
			if (isOverSsh(env)) {
				throw new FlockError('callback-ssh', 'Over SSH the browser cannot return to keymaker.', {
					hint: 'Paste the PIN that X shows.',
				});
			}

			loading ??= import('./callback-listener.ts').then(({createListener}) => createListener());
			return (await loading).listen(port);
		},
		async close() {
			await (await loading)?.close();
		},
	};
}
