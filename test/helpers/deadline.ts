import {mock} from 'node:test';

/**
 * Makes a call whose time runs out, and not before something has come to pass: so it does not hang on how busy the computer is.
 * @param seconds the call's deadline.
 * @param isReached true once the time may run out; looked at again and again.
 */
export async function outOfTime<T>(
	seconds: number,
	isReached: () => boolean,
	call: () => Promise<T>,
): Promise<T> {
	mock.timers.enable({apis: ['setTimeout']});
	try {
		const made = call();
		while (!isReached()) {
			await new Promise(setImmediate);
		}

		mock.timers.tick(seconds * 1000 - 1);
		// Whatever drips in meanwhile must not put the end off.
		for (let turn = 0; turn < 10; turn += 1) {
			await new Promise(setImmediate);
		}

		// More than once only where this computer was so busy that it looks as if it had slept, which is no time.
		let isOver = false;
		made.then(
			() => {
				isOver = true;
			},
			() => {
				isOver = true;
			},
		);
		for (let milliseconds = 1; !isOver; milliseconds = seconds * 1000) {
			mock.timers.tick(milliseconds);
			for (let turn = 0; turn < 10; turn += 1) {
				await new Promise(setImmediate);
			}
		}

		return await made;
	} finally {
		mock.timers.reset();
	}
}
