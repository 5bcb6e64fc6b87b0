import type {HeldReason, KeyInfo} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';
import {accountOf} from '../flock/words.ts';

/** What the page tells of an outcome. */
type Ended = {bot: string; key: KeyInfo; kind: 'saved' | 'held' | 'unsaved'; reason?: HeldReason};

/** What the browser's page says of a key that came. Holds no secret: any user of the computer may read it. */
export function pageSentence({bot: name, key, kind, reason}: Ended): string {
	const bot = visible(name);
	switch (kind) {
		case 'saved':
			return `${bot} is ready; you can close this.`;
		case 'held':
			return reason === 'by-callback'
				? `You signed in as ${accountOf(key)}. keymaker asks whether that is the account of ${bot}: go back to it.`
				: `You signed in as ${accountOf(key)}, and ${bot} has no new key yet. Go back to keymaker to decide.`;
		case 'unsaved':
			return `The key of ${bot} could not be saved yet. Go back to keymaker.`;
	}
}

/** What it says where no key came. */
export function noKeySentence(bot: string): string {
	return `No key was made for ${visible(bot)}. Go back to keymaker: it says why.`;
}
