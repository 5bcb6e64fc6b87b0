import {changesOf} from '../changes.ts';
import type {What} from '../keystore.ts';
import type {State} from '../state.ts';
import type {GrantedBot} from './grants.ts';
import {appOf, isTakenBack, type Known, markOf, rowOf} from './rows.ts';
import {newKey} from './sealed.ts';
import type {BotRow, Told} from './write.ts';

/** What a save writes. */
export type Next = {
	/** What is known once it is written. */
	after: Known;
	rows: BotRow[];
	/** The bots whose own key has to be sealed to hosts, or taken from them. */
	granted: GrantedBot[];
	told: Told[];
};

/**
 * A flock's next version, its changed bots sealed.
 * @param names the bots that differ.
 * @param what what is told of each; what differs, unless given.
 */
export function nextOf(before: Known, state: State, names: readonly string[], what?: What): Next {
	const versions = new Map(before.versions);
	const marks = new Map(before.marks);
	const botKeys = new Map(before.botKeys);
	const changes = what === undefined ? changesOf(before.state.records, state.records, names) : null;
	const next: Omit<Next, 'after'> = {rows: [], granted: [], told: []};
	for (const name of names) {
		const version = (versions.get(name) ?? 0) + 1;
		versions.set(name, version);
		const record = state.records.get(name) ?? null;
		const grants = record?.grants ?? [];
		const grantsBefore = before.state.records.get(name)?.grants ?? [];
		const keyBefore = isTakenBack(grantsBefore, grants) ? undefined : botKeys.get(name);
		const botKey = keyBefore ?? newKey();
		botKeys.set(name, botKey);
		const row = rowOf(before, {name, version, record, app: appOf(state, record), botKey});
		next.rows.push(row);
		marks.set(name, markOf(row));
		const isOtherwise = keyBefore === undefined || JSON.stringify(grants) !== JSON.stringify(grantsBefore);
		if (isOtherwise && grants.length + grantsBefore.length > 0) {
			next.granted.push({bot: name, botKey, grants});
		}

		const itsWhat = changes === null ? what : changes.get(name);
		if (itsWhat !== undefined) {
			next.told.push({name, version, what: itsWhat});
		}

		if (record === null) {
			botKeys.delete(name);
		}
	}

	const change = before.change + 1;
	return {...next, after: {...before, change, isMarked: false, state, versions, marks, botKeys}};
}
