import {FlockError} from '../flock/error.ts';
import {keysOf} from '../flock/key.ts';
import {nearest} from '../flock/nearest.ts';
import {oneForm} from '../flock/poem.ts';
import {visible} from '../flock/visible.ts';
import {readFlock} from '../keymaker/flock.ts';
import {noKeyError} from '../keymaker/in-force.ts';
import type {Services} from '../services.ts';
import {findBot} from './shared/bots.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `rename OLD NEW` */
export type RenameInput = {from: string; to: string};

/**
 * Moves a key to the new name of a renamed poem.
 * @throws FlockError `unknown-bot` if there is no such bot or poem, `no-key`, `bot-exists` if the old poem
 * still exists or the new one has a key, `keystore-…`
 */
export async function rename(input: RenameInput, services: Services, write: Write): Promise<number> {
	const [from, to] = [oneForm(input.from), oneForm(input.to)];
	const {flock, folder} = await readFlock(services);
	const old = findBot(from, flock);
	if (keysOf(old).length === 0) {
		throw noKeyError(from);
	}

	const poem = folder.poems.find(({bot}) => bot === to);
	if (poem === undefined) {
		const near = nearest(
			to,
			folder.poems.map(({bot}) => bot),
		);
		const meant = near === null || near === from ? '' : ` Or did you mean ${visible(near)}?`;
		throw new FlockError('unknown-bot', `No poem named ${visible(to)}.`, {
			hint: `Rename the poem’s file first.${meant}`,
		});
	}

	if (old.poem !== null) {
		throw new FlockError('bot-exists', `The poem ${visible(from)} still exists and would lose its key.`, {
			hint: `Rename or remove ${visible(old.poem.file)} first, or authorize ${visible(to)} instead.`,
		});
	}

	await services.keystore.rename(from, to);
	write.out(`Moved ${visible(from)}’s key to ${visible(to)}.`);
	return exitCode.done;
}

/** The usage of `rename`. */
export const command = define({
	name: 'rename',
	arguments: ['<old>', '<new>'],
	summary: 'Move a key to a renamed poem.',
	options: {},
	examples: ['mv poems/harbor.txt poems/harbour.txt', 'keymaker rename harbor harbour'],
	needs: 'all',
	run: ({words: [from = '', to = '']}, services, write) => rename({from, to}, services, write),
});
