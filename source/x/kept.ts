import type {Agent} from 'node:https';

/**
 * Closes the connections that an agent has kept open and that nobody uses at the moment, so that the next request gets
 * a new one: a kept one may have died meanwhile, and what was sent down it is lost.
 */
export function closeKept(agent: Agent): void {
	for (const sockets of Object.values(agent.freeSockets)) {
		for (const socket of [...(sockets ?? [])]) {
			socket.destroy();
		}
	}
}
