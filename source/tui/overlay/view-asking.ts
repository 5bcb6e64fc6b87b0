import {moment, timeLeft} from '../../flock/duration.ts';
import {visible} from '../../flock/visible.ts';
import {type Line, line, toned, type View} from '../draw/line.ts';
import {secondsLeft, waitingLines} from '../draw/waiting.ts';
import type {Checking, Revoking, State} from '../model/state.ts';

/** What X is being asked about the flock, while one goes on with it. */
export function askingLines({checking, revoking, size, fixed}: State, view: View): Line[] {
	return [
		...(checking === null ? [] : checkingPanel(checking, size.columns, fixed.deadlineSeconds, view)),
		...(revoking === null ? [] : revokingPanel(revoking, size.columns, fixed.deadlineSeconds, view)),
	];
}

function revokingPanel(
	{bots, results, startedAt}: Revoking,
	columns: number,
	deadlineSeconds: number,
	view: View,
): Line[] {
	const what =
		bots.length === 1
			? `Asking X to revoke ${visible(bots[0] ?? '')}`
			: `Asking X to revoke: ${results.size} of ${bots.length}`;
	return waitingLines(`${what} · ${secondsLeft(startedAt, deadlineSeconds, view)}`, what, columns, view).map(
		(one): Line => ({...one, role: 'progressbar'}),
	);
}

function checkingPanel(
	{bots, results, startedAt, waitingUntil, cancelled}: Checking,
	columns: number,
	deadlineSeconds: number,
	view: View,
): Line[] {
	const {length} = bots;
	const done = results.size;
	const bad = [...results.values()].filter(problem => problem !== null);
	const isWaiting = waitingUntil !== null && waitingUntil > view.now;
	const wait = isWaiting
		? ` · X’s rate limit: continues ${moment(waitingUntil, view.now)} (${timeLeft(waitingUntil, view.now)})`
		: '';
	const what = cancelled
		? 'Stopping'
		: length === 1
			? `Asking X about ${visible(bots[0] ?? '')}`
			: `Asking X: ${done} of ${length}`;
	const found = bad.length === 0 ? '' : ` · ${bad.length} not ready`;
	const left =
		length === 1 && !isWaiting
			? ` · ${secondsLeft(Math.max(startedAt, waitingUntil ?? 0), deadlineSeconds, view)}`
			: '';
	// What is left is not said: a screen reader would say each second.
	const said = `${what}${found}${isWaiting ? ` · X’s rate limit: continues ${moment(waitingUntil, view.now)}` : ''}`;
	const text = waitingLines(`${what}${left}${found}${wait}`, said, columns, view).map(
		(one): Line => ({...one, role: 'progressbar'}),
	);
	if (length === 1) {
		return text;
	}

	const room = Math.min(60, columns - 2);
	const full = Math.round((room * done) / length);
	return [
		...text,
		{...line(' ', toned('good', '█'.repeat(full)), toned('quiet', '░'.repeat(room - full))), say: ''},
	];
}
