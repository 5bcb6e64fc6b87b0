import type {BotRecord} from '../../flock/key.ts';
import type {State} from '../state.ts';
import {withoutLearnt} from './fields.ts';

/** How a state differs from the one before: not at all, only in X's answers about keys, or in more. */
export type Change = 'none' | 'learnt' | 'more';

/** Compares a state with the one before. The order of apps and records counts. */
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

/** All of a state except its records, as text. */
function frameOf({poems, savedApp, savedCallback, apps, records}: State): string {
	return JSON.stringify([poems, savedApp, savedCallback, [...apps], [...records.keys()]]);
}

/** Unedited records are the same objects, so most need no comparison. */
function isSame(one: BotRecord, other: BotRecord, textOf: (record: BotRecord) => string): boolean {
	return one === other || textOf(one) === textOf(other);
}
