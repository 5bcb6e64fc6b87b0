import {createHash} from 'node:crypto';
import {FlockError} from '../../flock/error.ts';
import type {AppKey, BotRecord, Grant} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import {Damage} from '../form/damage.ts';
import {type Marker, markerFault} from '../form/marker.ts';
import {good, parseState} from '../form/parse.ts';
import {fieldsOf, type State, withRecord} from '../state.ts';
import {type Binding, openBytes, sealBytes} from './sealed.ts';
import type {BotRow} from './write.ts';

/** A flock as it was read: its own row, and the bots' rows that have changed. */
export type FlockRow = {
	id: string;
	flock_key: string;
	change: number;
	frame_sealed: string;
	/** A `Marker` as JSON, where the flock is elsewhere now. */
	moved: string | null;
	schema: number;
	bots: BotRow[];
};

/** What was read last, opened. */
export type Known = {
	id: string;
	key: Buffer;
	change: number;
	/** True where the flock is elsewhere by now. */
	isMarked: boolean;
	state: State;
	versions: ReadonlyMap<string, number>;
	/** A digest of each bot's row, so nobody with only that bot's key can replace it unnoticed. */
	marks: ReadonlyMap<string, string>;
	/** Each bot's own key. It changes only when a grant is taken back. */
	botKeys: ReadonlyMap<string, Buffer>;
};

/** Opens what was read, over what was read before. @throws `Damage` */
export function stateOf(row: FlockRow, key: Buffer, since: Known | null): Known {
	const frame = JSON.parse(openBytes(row.frame_sealed, key, [row.id, 'frame', row.change]).toString());
	const {rows, ...fields}: Record<string, unknown> = frame;
	const versions = new Map(since?.versions);
	const marks = new Map(since?.marks);
	const botKeys = new Map(since?.botKeys);
	const gone = new Set<string>();
	for (const bot of row.bots) {
		const {name, version, bot_key, record_sealed} = bot;
		if (version <= (versions.get(name) ?? 0)) {
			throw new Damage('a bot’s row is older than one that was read before');
		}

		versions.set(name, version);
		marks.set(name, markOf(bot));
		if (bot_key === null || record_sealed === null) {
			gone.add(name);
			botKeys.delete(name);
			continue;
		}

		const botKey = openBytes(bot_key, key, [row.id, 'key', name]);
		botKeys.set(name, botKey);
		const record = openBytes(record_sealed, botKey, [row.id, 'record', name, version]);
		fields[`bot:${name}`] = JSON.parse(record.toString());
	}

	if (rows !== digestOf(marks)) {
		throw new Damage('a bot’s row is missing, was put back, or was written by something other than keymaker');
	}

	const {records: changed, ...rest} = parseState(fields);
	const records = new Map(since?.state.records);
	for (const name of gone) {
		records.delete(name);
	}

	for (const [name, record] of changed) {
		records.set(name, record);
	}

	const isMarked = row.moved !== null;
	const state = {...rest, records};
	return {id: row.id, key, change: row.change, isMarked, state, versions, marks, botKeys};
}

/** A bot's next row, sealed; without a record for one that is removed. */
export function rowOf(
	{id, key}: Known,
	{
		name,
		version,
		record,
		app,
		botKey,
	}: Pick<BotRow, 'name' | 'version'> & {
		record: BotRecord | null;
		app: AppKey | null;
		botKey: Buffer;
	},
): BotRow {
	const sealed = (value: object | null, kind: string) =>
		value && sealBytes(Buffer.from(JSON.stringify(value)), botKey, [id, kind, name, version]);
	return {
		name,
		version,
		bot_key: record && sealBytes(botKey, key, [id, 'key', name]),
		record_sealed: sealed(record, 'record'),
		app_sealed: sealed(app, 'app'),
	};
}

/** The app of a record's key in force; `null` if its secret is not known. */
export function appOf({apps}: State, record: BotRecord | null): AppKey | null {
	const consumerKey = record?.key?.consumerKey ?? '';
	const consumerSecret = apps.get(consumerKey);
	return consumerSecret === undefined ? null : {consumerKey, consumerSecret};
}

/** Where a flock is now, as its row says. @throws `Damage` */
export function markerOf(text: string): Marker {
	return good<Marker>(JSON.parse(text), markerFault, 'moved');
}

/** Everybody must be able to read what is saved; what was read is good. @throws `Damage` */
export function assertGood(state: State, changed: readonly string[]): void {
	const records = new Map(
		changed.flatMap(name => {
			const record = state.records.get(name);
			return record === undefined ? [] : [[name, record] as const];
		}),
	);
	parseState(fieldsOf({...state, records}));
}

/** The bots whose records or apps' secrets differ. Records that no edit has touched are the very same objects. */
export function changedNames(before: State, after: State): string[] {
	return [...new Set([...before.records.keys(), ...after.records.keys()])].filter(name => {
		const [one, other] = [before.records.get(name), after.records.get(name)];
		return (
			(one !== other && JSON.stringify(one) !== JSON.stringify(other)) ||
			(before.apps !== after.apps &&
				appOf(before, one ?? null)?.consumerSecret !== appOf(after, other ?? null)?.consumerSecret)
		);
	});
}

/** @throws FlockError for a name that the database would change, or take for no text */
export function assertStorable(names: readonly string[]): void {
	const odd = names.find(name => !name.isWellFormed() || name.includes('\0'));
	if (odd !== undefined) {
		throw new FlockError('keystore-unwritable', `A database cannot keep the name ${visible(odd)}.`, {
			hint: 'Nothing was changed. Give that poem another name.',
		});
	}
}

/** A state with these records in the place of those bots', or without them for `null`. */
export function withRecords(state: State, some: ReadonlyMap<string, BotRecord | null>): State {
	return [...some].reduce((now, [bot, record]) => withRecord(now, bot, record), state);
}

/** True if a host that could open a bot no longer can. */
export function isTakenBack(before: readonly Grant[], after: readonly Grant[]): boolean {
	return before.some(({recipient}) => !after.some(other => other.recipient === recipient));
}

/** True where two states hold the same but for their records. */
export function sameFrame(one: State, other: State): boolean {
	return JSON.stringify(frameOf(one)) === JSON.stringify(frameOf(other));
}

/** All of a state but its records and the folder of poems, which differs from computer to computer. */
function frameOf(state: State): Record<string, unknown> {
	return fieldsOf({...state, poems: null, records: new Map()});
}

/** The frame holds a digest of all rows, so nobody can remove, put back or write one unnoticed. */
export function sealFrame(
	state: State,
	marks: ReadonlyMap<string, string>,
	key: Buffer,
	binding: Binding,
): string {
	const frame = {...frameOf(state), rows: digestOf(marks)};
	return sealBytes(Buffer.from(JSON.stringify(frame)), key, binding);
}

/** A digest of all rows, including those of removed bots. */
function digestOf(marks: ReadonlyMap<string, string>): string {
	return digest([...marks].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** A digest of a row's version and everything sealed in it. */
export function markOf({version, bot_key, record_sealed, app_sealed}: BotRow): string {
	return digest([version, bot_key, record_sealed, app_sealed]);
}

function digest(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
