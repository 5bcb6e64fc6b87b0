import {FlockError} from '../../flock/error.ts';
import {shellWord} from '../../flock/shell-word.ts';
import {visible} from '../../flock/visible.ts';
import {accountOf, heldSentence} from '../../flock/words.ts';
import type {Settled} from '../../keymaker/keymaker.ts';

/** What came of an exchange that was under way when the screen was left, as it is said afterwards. */
export function outcomeSentence({bot, result}: Settled): string {
	const name = visible(bot);
	if (result instanceof FlockError) {
		const why = result.code === 'x-timeout' ? 'X did not answer' : result.message.replace(/\.$/, '');
		return `${why}; no key came for ${name}.`;
	}

	switch (result.kind) {
		case 'saved':
			return result.key.accessLevel === 'read'
				? `${name} has the key of ${accountOf(result.key)}, which may only read.`
				: `${name} is ready: the key of ${accountOf(result.key)} is saved.`;
		case 'held': {
			const held = heldSentence(result.key, result.reason, result.otherBot);
			return `${held} The key is held for ${name}: keymaker keep ${shellWord(bot)} puts it in force.`;
		}
		case 'unsaved':
			return `X has given the key of ${accountOf(result.key)} for ${name}, and it could not be saved: ${result.error.message}`;
	}
}
