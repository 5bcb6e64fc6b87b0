import type {BotRecord} from '../../flock/key.ts';
import type {State} from '../state.ts';
import {withoutLearnt} from './fields.ts';

/** How a state differs from the one before: not at all, in what X said of the keys, or in more than that. */
export type Change = 'none' | 'learnt' | 'more';

/** Finds out how a state differs from the one before; the order of apps and records counts. */
export function changeOf(before: State, after: State): Change {
	if (frameOf(before) !== frameOf(after)) {
		return 'more';
	}

	let change: Change = 'none';
	for (const [bot, record] of after.records) {
		const old = before.records.get(bot);
		if (old === undefined || !isSame(old, record, withoutLearnt)) {
			return 'more';
		}

		if (!isSame(old, record, JSON.stringify)) {
			change = 'learnt';
		}
	}

	return change;
}

/** All of a state but its records, as text. */
function frameOf({poems, savedApp, savedCallback, apps, records}: State): string {
	return JSON.stringify([poems, savedApp, savedCallback, [...apps], [...records.keys()]]);
}

/** Records that no edit has touched are the very same objects: most of them need no comparison. */
function isSame(one: BotRecord, other: BotRecord, textOf: (record: BotRecord) => string): boolean {
	return one === other || textOf(one) === textOf(other);
}
