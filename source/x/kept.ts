import type {Agent} from 'node:https';

/**
 * Closes an agent's idle kept connections, so that the next request gets a new one: a kept one may have died,
 * and what is sent on it is lost.
 */
export function closeKept(agent: Agent): void {
	for (const sockets of Object.values(agent.freeSockets)) {
		for (const socket of [...(sockets ?? [])]) {
			socket.destroy();
		}
	}
}
