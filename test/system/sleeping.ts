/** What `awake.test.ts` starts: waits for an answer, or for a timer, stops itself meanwhile, and tells what came of it. */
import {Agent} from 'node:https';
import {connect, type Socket} from 'node:net';
import {AwakeTimer} from '../../source/system/awake.ts';
import {createX} from '../../source/x/create.ts';

const [what, port] = process.argv.slice(2);
const stop = () => process.kill(process.pid, 'SIGSTOP');
const tell = (result: unknown) => process.stdout.write(`${JSON.stringify(result)}\n`);

/** Stops this process as soon as a request is on its way. */
class StoppingAgent extends Agent {
	override createConnection(): Socket {
		const socket = connect(Number(port), '127.0.0.1');
		const look = () => {
			if (socket.bytesWritten > 0 && socket.writableLength === 0) {
				stop();
			} else {
				setImmediate(look);
			}
		};
		socket.once('connect', look);
		return socket;
	}
}

if (what === 'timer') {
	const begin = performance.now();
	let woke = begin;
	new AwakeTimer(1000, () => tell({awakeMs: stopped - begin + (performance.now() - woke)}));
	const stopped = performance.now();
	stop();
	woke = performance.now();
} else {
	const x = createX({agent: new StoppingAgent(), env: {}, deadlineSeconds: 1});
	const app = {consumerKey: 'not-a-real-key', consumerSecret: 'not-a-real-secret'};
	const requestToken = {token: 'not-a-real-request-token', tokenSecret: 'not-a-real-secret'};
	try {
		tell({handle: (await x.exchangePin(app, requestToken, '1234567')).handle});
	} catch (error) {
		tell({error: String(error)});
	}
}
