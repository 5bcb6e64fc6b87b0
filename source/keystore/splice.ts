import type {BotRecord} from '../flock/key.ts';
import {putChecksum} from './envelope.ts';
import {assertGood} from './read.ts';
import {botPrefix, emptyState, fieldsOf, type State} from './state.ts';

/** How the file ends behind the last record. */
const end = '\n}\n';

/** With more records than these to look for, writing everything takes no longer. */
const mostRecords = 10;

/**
 * The bytes of a plain file with other records for some bots, all the rest as it is. Beside 10,000 keys that takes 10 ms
 * instead of the 50 in which every record is checked and written anew.
 * @param base the bytes of the file as it is.
 * @param bots those whose records differ between the two states, in the order of the new one; new ones are last.
 * @returns `null` where that is not worth while, or the file does not have the form that `bytesOf` gives it.
 * @throws TypeError for a record that could not be read back: a mistake of this program.
 */
export function splice(base: Buffer, before: State, after: State, bots: readonly string[]): Buffer | null {
	if (bots.length > mostRecords) {
		return null;
	}

	const parts: Buffer[] = [];
	let at = 0;
	for (const bot of bots) {
		const old = before.records.get(bot);
		const record = after.records.get(bot);
		if (record === undefined) {
			return null;
		}

		const place = old === undefined ? endOf(base) : placeOf(base, bot, old, at);
		if (place === null) {
			return null;
		}

		parts.push(
			base.subarray(at, place.from),
			Buffer.from(`${old === undefined ? ',' : ''}${textOf(bot, record)}`),
		);
		at = place.to;
	}

	const bytes = Buffer.concat([...parts, base.subarray(at)]);
	return putChecksum(bytes) ? bytes : null;
}

type Place = {from: number; to: number};

/** Where a record stands. A line's end stands for itself nowhere within a text of JSON, so what is found is the field. */
function placeOf(base: Buffer, bot: string, record: BotRecord, behind: number): Place | null {
	const text = Buffer.from(textOf(bot, record));
	const from = base.indexOf(text, behind);
	const name = `\n\t${JSON.stringify(botPrefix + bot)}: `;
	// Of a field that stands there twice, the last one counts.
	return from === -1 || base.lastIndexOf(name) !== from ? null : {from, to: from + text.length};
}

/** Where a new record is put: behind the last field. */
function endOf(base: Buffer): Place | null {
	const from = base.length - end.length;
	return base.subarray(from).equals(Buffer.from(end)) ? {from, to: from} : null;
}

/** A record as it stands in the file, beginning with the end of the line before it. */
function textOf(bot: string, record: BotRecord): string {
	const {poems, savedApp, ...field} = assertGood(
		fieldsOf({...emptyState, records: new Map([[bot, record]])}),
	);
	return JSON.stringify(field, null, '\t').slice(1, -2);
}
