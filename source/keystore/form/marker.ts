import {FlockError} from '../../flock/error.ts';
import {shellWord} from '../../flock/shell-word.ts';
import {visible} from '../../flock/visible.ts';
import {type Fault, objectOf, text} from './fault.ts';

/** What a flock that has moved leaves in its place. In plain text, so it holds no password. */
export type Marker = {
	/** Where it is now, as `--keystore` takes it: a folder's absolute path, or a database's address. */
	to: string;
	/** The person who moved it, and the computer, whose folder it is where it moved to a folder. */
	by: string;
	/** When it moved; ISO 8601 in UTC. */
	at: string;
};

/** What may be wrong with a marker. */
export const markerFault: Fault = objectOf({to: text, by: text, at: text} satisfies Record<
	keyof Marker,
	Fault
>);

/** The error of whoever looks for a flock where it was before. */
export function movedError(path: string, flock: string, {to, by, at}: Marker): FlockError {
	const command = `keymaker --keystore ${shellWord(to)} --flock ${shellWord(flock)}`;
	return new FlockError(
		'keystore-moved',
		`The flock ${visible(flock)} has moved from ${visible(path)} to ${visible(to)} (${visible(by)}, ${visible(at.slice(0, 10))}).`,
		{hint: `Use it there: \`${command}\`, or set KEYMAKER_KEYSTORE and KEYMAKER_FLOCK.`},
	);
}

/** The error of a flock that holds nothing, or is not there. */
export function emptyError(
	path: string,
	flock: string,
	hint = 'Nothing was moved. Check --keystore and --flock.',
): FlockError {
	return new FlockError('keystore-empty', `There is no flock ${visible(flock)} in ${visible(path)}.`, {hint});
}

/** The error of a place that has a flock of this name already. */
export function existsError(path: string, flock: string): FlockError {
	return new FlockError(
		'keystore-exists',
		`There is already a flock ${visible(flock)} in ${visible(path)}.`,
		{
			hint: 'Nothing was changed. Move to another place, or export the keys and import them there.',
		},
	);
}
