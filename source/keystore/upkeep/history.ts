import {changesOf} from '../changes.ts';
import type {Change} from '../keystore.ts';
import {emptyState} from '../state.ts';
import type {OpenedCopy} from './backups.ts';

/**
 * The changes that backups show, newest first: each backup compared with the one before. Changes before the
 * oldest are unknown, unless it is the first save.
 */
export function historyOf(copies: readonly OpenedCopy[]): Change[] {
	const states = copies.flatMap(({savedAt, opened}) => (opened === null ? [] : [{savedAt, opened}]));
	return states.flatMap(({savedAt, opened}, index) => {
		const older = states[index + 1]?.opened.state ?? (opened.identity?.counter === 1 ? emptyState : null);
		if (older === null) {
			return [];
		}

		const {records} = opened.state;
		const bots = new Set([...older.records.keys(), ...records.keys()]);
		const at = new Date(savedAt).toISOString();
		return [...changesOf(older.records, records, bots)].map(([bot, what]) => ({
			at,
			bot,
			what,
			role: null,
			by: null,
		}));
	});
}
