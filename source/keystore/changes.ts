import type {BotRecord} from '../flock/key.ts';
import {withoutLearnt} from './form/fields.ts';
import type {What} from './keystore.ts';

type Records = ReadonlyMap<string, BotRecord>;

/** What was done to each of some bots between two states; nothing for those about whom only a check has learnt something. */
export function changesOf(before: Records, after: Records, bots: Iterable<string>): Map<string, What> {
	const changes = new Map<string, What>();
	for (const bot of bots) {
		const [old, now] = [before.get(bot) ?? null, after.get(bot) ?? null];
		const what = whatOf(old, now);
		if (what !== null) {
			changes.set(bot, what);
		}
	}

	markRenamed(changes, before, after);
	return changes;
}

function whatOf(old: BotRecord | null, now: BotRecord | null): What | null {
	if (now === null || old === null) {
		return now === null ? (old === null ? null : 'forgotten') : now.key === null ? setOn(now) : 'made';
	}

	if (withoutLearnt(old) === withoutLearnt(now)) {
		return null;
	}

	const [token, newToken] = [old.key?.accessToken, now.key?.accessToken];
	const wasHeld = old.held.some(({key}) => key.accessToken === newToken);
	if (newToken !== token) {
		return newToken === undefined ? 'revoked' : wasHeld ? 'kept' : token === undefined ? 'made' : 'replaced';
	}

	const [before, after] = [old.grants?.length ?? 0, now.grants?.length ?? 0];
	if (before !== after) {
		return after > before ? 'granted' : 'ungranted';
	}

	if (now.held.length !== old.held.length) {
		return now.held.length > old.held.length ? 'held' : 'discarded';
	}

	return setOn(now);
}

/** A record without a key says which account is expected, or holds a key that waits. */
function setOn({held, key}: BotRecord): What {
	return key === null && held.length > 0 ? 'held' : 'expected';
}

/** A record that has left one name and stands under another as it was has been renamed. */
function markRenamed(changes: Map<string, What>, before: Records, after: Records): void {
	const left = new Set(
		[...changes].filter(([, what]) => what === 'forgotten').map(([bot]) => JSON.stringify(before.get(bot))),
	);
	const moved = new Set<string>();
	for (const bot of changes.keys()) {
		const now = JSON.stringify(after.get(bot) ?? null);
		if (!before.has(bot) && left.has(now)) {
			changes.set(bot, 'renamed');
			moved.add(now);
		}
	}

	for (const [bot, what] of changes) {
		if (what === 'forgotten' && moved.has(JSON.stringify(before.get(bot)))) {
			changes.set(bot, 'renamed');
		}
	}
}
