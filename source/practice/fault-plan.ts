import {FlockError} from '../flock/error.ts';
import {nearest} from '../flock/nearest.ts';
import {visible} from '../flock/visible.ts';
import {type Fault, type FaultKind, faultOf, faults, type Leg, legs} from './faults.ts';

/** A planned fault. */
export type PlannedFault = {
	leg: Leg | 'any';
	kind: FaultKind;
	/** How many more calls it affects. */
	times: number;
};

/**
 * Parses `LEG:KIND[:TIMES]`, separated by commas. LEG is a call or `any`; without TIMES the fault stays.
 * @throws FlockError `usage` with the nearest leg or kind.
 */
export function parseFaults(spec: string): PlannedFault[] {
	return spec
		.split(',')
		.map(part => part.trim())
		.filter(part => part !== '')
		.map(parseFault);
}

/** Takes and counts the next fault for a call; `null` if none is planned. */
export function takeFault(plan: readonly PlannedFault[], leg: Leg): Fault | null {
	const planned = plan.find(
		({leg: of, kind, times}) => times > 0 && (of === 'any' || of === leg) && faultOf(kind).legs.includes(leg),
	);
	if (!planned) {
		return null;
	}

	planned.times--;
	return faultOf(planned.kind);
}

function parseFault(part: string): PlannedFault {
	const [leg = '', kind = '', times, ...rest] = part.split(':').map(word => word.trim());
	const anyLeg = [...legs, 'any'] as const;
	const kinds = faults.map(fault => fault.kind);
	if (!isOneOf(anyLeg, leg)) {
		throw wrong(part, `there is no call “${leg}”`, nearest(leg, anyLeg), anyLeg);
	}

	if (!isOneOf(kinds, kind)) {
		throw wrong(part, `there is no fault “${kind}”`, nearest(kind, kinds), kinds);
	}

	const seenAt = faultOf(kind).legs;
	if (leg !== 'any' && !seenAt.includes(leg)) {
		throw wrong(part, `${kind} cannot happen at ${leg}`, nearest(leg, seenAt), seenAt);
	}

	if (rest.length > 0 || (times !== undefined && !/^[1-9]\d{0,5}$/.test(times))) {
		throw wrong(part, 'TIMES must be a number, 1 or more', null, []);
	}

	return {leg, kind, times: times === undefined ? Number.POSITIVE_INFINITY : Number(times)};
}

function wrong(part: string, why: string, near: string | null, all: readonly string[]): FlockError {
	const meant = near === null ? '' : ` Did you mean “${near}”?`;
	return new FlockError(
		'usage',
		`The practice fault “${visible(part)}” does not work: ${visible(why)}.${meant}`,
		{
			hint: `Write LEG:KIND or LEG:KIND:TIMES${all.length > 0 ? `. Choose from ${all.join(', ')}` : ''}.`,
		},
	);
}

function isOneOf<T extends string>(all: readonly T[], word: string): word is T {
	return (all as readonly string[]).includes(word);
}
