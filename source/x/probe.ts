import {request} from 'node:https';
import type {Way} from './ask.ts';
import {clockSkewSeconds, networkFailure} from './classify.ts';
import {Deadline} from './deadline.ts';
import {closeKept} from './kept.ts';
import {host} from './proxy.ts';
import type {Probe} from './x.ts';

/**
 * Requests X's front page without signing or reading a body.
 * @throws FlockError if no answer comes.
 */
export async function probe(way: Way, caller: AbortSignal | undefined): Promise<Probe> {
	using deadline = new Deadline(way.deadlineSeconds, 'probe', caller);
	const {promise, resolve, reject} = Promise.withResolvers<Probe>();
	deadline.throwIfEnded();
	closeKept(way.agent);
	const asking = request({host, path: '/', method: 'HEAD', agent: way.agent})
		.on('response', response => {
			response.on('error', () => {}).resume();
			resolve({
				status: response.statusCode ?? 0,
				clockSkewSeconds: clockSkewSeconds(response.headers, way.now()),
				proxy: way.proxy,
			});
		})
		.on('error', error => {
			const circumstances = {leg: 'probe', now: way.now(), secrets: [], proxy: way.proxy} as const;
			reject(networkFailure(error, circumstances));
		});
	deadline.onEnd(() => asking.destroy());
	asking.end();
	return await deadline.race(promise);
}
