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
			return `${bot} is ready. You can close this page.`;
		case 'held':
			return reason === 'by-callback'
				? `You signed in as ${accountOf(key)}. Return to keymaker to confirm that this is ${bot}’s account.`
				: `You signed in as ${accountOf(key)}. Return to keymaker to decide about the key of ${bot}.`;
		case 'unsaved':
			return `The key of ${bot} could not be saved yet. Return to keymaker.`;
	}
}

/** What it says where no key came. */
export function noKeySentence(bot: string): string {
	return `No key was made for ${visible(bot)}. Return to keymaker to see why.`;
}
