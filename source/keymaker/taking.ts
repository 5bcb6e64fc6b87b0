import {type BotRecord, emptyRecord, type FreshKey, keysOf, tokenIdOf} from '../flock/key.ts';
import {guard, speakingAs, type Verdict, withHeld} from './guard.ts';

/** What becomes of a bot's record as it takes a fresh key. */
export type Taken = {verdict: Verdict; record: BotRecord};

type Others = ReadonlyMap<string, BotRecord>;

/** Takes a key that X has just given, under the guard. */
export function taking(record: BotRecord | null, others: Others, fresh: FreshKey): Taken {
	const {key, replaceAccount, late, byCallback} = fresh;
	const verdict = guard({record, others, key, replaceAccount, late, byCallback});
	const next = wanting(record, fresh);
	return {
		verdict,
		record: verdict.kind === 'save' ? speakingAs(next, key) : withHeld(next, key, verdict.reason),
	};
}

/**
 * Takes a key that has waited, maybe for days. One that is there already, since the answer to its save was lost, changes nothing;
 * and no key takes another one's place than the person meant it to: then it is held.
 */
export function takingWaited(record: BotRecord | null, others: Others, fresh: FreshKey): Taken {
	const inForce = record?.key ? tokenIdOf(record.key) : null;
	if (inForce === fresh.replaces) {
		return taking(record, others, fresh);
	}

	const {accessToken} = fresh.key;
	const held = record?.held.find(({key}) => key.accessToken === accessToken);
	if (record !== null && held !== undefined) {
		return {verdict: {kind: 'hold', reason: held.reason, otherBot: null}, record};
	}

	if (record !== null && keysOf(record).some(key => key.accessToken === accessToken)) {
		return {verdict: {kind: 'save'}, record};
	}

	const verdict: Verdict = {kind: 'hold', reason: 'waited', otherBot: null};
	return {verdict, record: withHeld(wanting(record, fresh), fresh.key, verdict.reason)};
}

/** The record with the access that was asked for. */
function wanting(record: BotRecord | null, {wantedAccess}: FreshKey): BotRecord {
	const known = record ?? emptyRecord;
	return {...known, wantedAccess: wantedAccess ?? known.wantedAccess};
}
