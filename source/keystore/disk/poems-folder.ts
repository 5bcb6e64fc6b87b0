import {stat} from 'node:fs/promises';
import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import {codeOf, isMissing} from '../../system/errors.ts';
import {waitFor} from '../../system/files.ts';
import {botsWithKey, type State} from '../state.ts';

/** Poems that are not where a keystore expects them. */
export type Moved = {
	/** The missing folder that the keystore belongs to. */
	from: string;
	/** The folder that it was opened for. */
	to: string;
	/** The keystore's file. */
	file: string;
	/** How many of its bots have an active key. */
	bots: number;
};

/** The error of a keystore whose folder of poems is gone. Only a person knows whether that folder moved here. */
export class PoemsGone extends FlockError {
	readonly moved: Moved;

	constructor(moved: Moved) {
		super(
			'keystore-other-poems',
			`The keystore ${visible(moved.file)} belongs to the poems folder ${visible(moved.from)}, which is gone.`,
			{
				hint: `If the poems moved to ${visible(moved.to)}, run keymaker doctor --moved once, with the same options. If not, name this flock with --flock NAME.`,
			},
		);
		this.moved = moved;
	}
}

/**
 * Checks that a keystore belongs to a folder of poems, by any path.
 * @param poems `null` for any.
 * @throws `keystore-other-poems`, as a `PoemsGone` if the folder that it belongs to is gone
 */
export async function assertPoemsOf(state: State, poems: string | null, file: string): Promise<void> {
	const {poems: from} = state;
	if (poems === null || from === null || from === poems) {
		return;
	}

	const [recorded, own] = await Promise.all([identityOf(from), identityOf(poems)]);
	if (recorded.id !== null && recorded.id === own.id) {
		return;
	}

	if (recorded.problem !== null && isMissing(recorded.problem)) {
		throw new PoemsGone({from, to: poems, file, bots: botsWithKey(state)});
	}

	const [seen, hint] =
		recorded.problem === null
			? ['', 'choose those poems with --poems DIR']
			: [
					`, which cannot be read (${codeOf(recorded.problem)})`,
					'restore that folder (is a disk or network share not mounted?)',
				];
	throw new FlockError(
		'keystore-other-poems',
		`The keystore ${visible(file)} belongs to the poems in ${visible(from)}${seen}.`,
		{hint: `Name this flock with --flock NAME, or ${hint}.`},
	);
}

/** The folder at a path, or why that is unknown. */
type Identity = {id: string; problem: null} | {id: null; problem: unknown};

async function identityOf(folder: string): Promise<Identity> {
	try {
		const {dev, ino} = await waitFor(folder, () => stat(folder, {bigint: true}));
		return {id: `${dev}:${ino}`, problem: null};
	} catch (problem) {
		return {id: null, problem};
	}
}
