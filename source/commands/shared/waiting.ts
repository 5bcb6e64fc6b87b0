import {type ErrorCode, FlockError} from '../../flock/error.ts';
import {shellWord} from '../../flock/shell-word.ts';
import {visible} from '../../flock/visible.ts';
import {accountOf, heldSentence} from '../../flock/words.ts';
import type {Outcome} from '../../keymaker/keymaker.ts';
import type {Services} from '../../services.ts';
import {sayError, type Write} from './command.ts';

/** What is said against reading the file in which keys wait. */
const ofTheFile: ReadonlySet<ErrorCode> = new Set(['keystore-unsafe', 'keystore-unreadable']);

/** Saves the keys that wait on this computer before a command that saves anything itself, and says what became of each. */
export async function saveWaiting({keymaker}: Pick<Services, 'keymaker'>, write: Write): Promise<void> {
	try {
		for (const outcome of await keymaker.saveWaiting()) {
			for (const line of linesOf(outcome)) {
				write.err(line);
			}
		}
	} catch (error) {
		if (!(error instanceof FlockError)) {
			throw error;
		}

		// What the database says against it, the command itself says.
		if (ofTheFile.has(error.code)) {
			sayError(error, write);
		}
	}
}

/** Where a key is that X has given and the keystore would not take. */
export function waitingSentence(
	{bot, key}: Pick<Outcome, 'bot' | 'key'>,
	{waiting}: Pick<Services['keystore'], 'waiting'>,
): string {
	return `X has given the key of ${accountOf(key)} for ${visible(bot)}. It waits, sealed, in ${visible(waiting?.path ?? '')}, and the next command that saves anything saves it.`;
}

function linesOf(outcome: Outcome): string[] {
	const {bot, key} = outcome;
	const whose = `${visible(bot)}: the key of ${accountOf(key)}, which waited on this computer,`;
	switch (outcome.kind) {
		case 'saved':
			return [`${whose} is saved.`];
		case 'held':
			return [
				`${whose} waits for your decision. ${heldSentence(key, outcome.reason, outcome.otherBot)}`,
				`  Run keymaker keep ${shellWord(bot)} to use it, or keymaker discard ${shellWord(bot)} to remove it.`,
			];
		case 'unsaved':
			return [`${whose} waits on: ${outcome.error.message}`];
	}
}
