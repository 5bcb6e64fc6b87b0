import {FlockError} from '../../flock/error.ts';
import type {AppInUse} from '../../keymaker/app-key.ts';
import {readFlock} from '../../keymaker/flock.ts';
import {addSample} from '../../keymaker/sample.ts';
import type {Services} from '../../services.ts';
import type {Action} from '../model/action.ts';
import {expected, type Problem, problemOf} from '../model/problem.ts';
import type {AppInfo} from '../model/state.ts';
import type {Tools, Work} from '../model/work.ts';

/** How many lines of a poem to read for the preview. */
const previewLineCount = 200;

/** How long the selection rests before its poem is read; milliseconds. */
const restMs = 25;

/** The work of the flock screen: reads the flock and the selected poem, and makes a sample. */
export function flockWork({services, dispatch, read, notify, later}: Tools): FlockWork {
	const {poems} = services;
	let leavePoem = () => {};
	return {
		read,
		'read-poem'({poem, agreed}) {
			leavePoem();
			leavePoem = later(restMs, async () => {
				dispatch({type: 'poem', bot: poem.bot, text: await poems.text(poem, previewLineCount, agreed)});
			});
		},
		async 'add-sample'() {
			const sample = await addSample(poems.path);
			await read();
			notify(
				sample === null
					? 'There are already poems.'
					: `Added ${sample}, a sample poem. It is your first bot.`,
				'good',
			);
		},
	};
}

type FlockWork = Pick<Work, 'read' | 'read-poem' | 'add-sample'>;

/** Creates the function that reads the flock again. Any changes during a reading cause one more reading. */
export function createReading(services: Services, dispatch: (action: Action) => void): () => Promise<void> {
	let reading: Promise<void> | null = null;
	let nextReading: Promise<void> | null = null;

	async function readOnce(): Promise<void> {
		try {
			const {flock, folder, app, others} = await readFlock(services);
			dispatch({type: 'read', flock, folder, ...appOf(app), others: others?.size ?? null});
		} catch (error) {
			dispatch({type: 'read-failed', problem: problemOf(expected(error))});
		}
	}

	return function read(): Promise<void> {
		if (reading === null) {
			reading = readOnce().finally(() => {
				reading = null;
			});
			return reading;
		}

		nextReading ??= reading
			.catch(() => {})
			.then((): Promise<void> => {
				nextReading = null;
				return read();
			});
		return nextReading;
	};
}

/** The app key in use, safe to draw. */
function appOf(inUse: AppInUse): {app: AppInfo | null; appProblem?: Problem} {
	if (inUse === null || inUse instanceof FlockError) {
		return {app: null, ...(inUse === null ? {} : {appProblem: problemOf(inUse)})};
	}

	const {appKey, from, callbackPort} = inUse;
	return {
		app: {consumerKey: appKey.consumerKey, from, ...(callbackPort === undefined ? {} : {callbackPort})},
	};
}
