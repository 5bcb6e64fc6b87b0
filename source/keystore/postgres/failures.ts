import {FlockError} from '../../flock/error.ts';
import {Damage} from '../form/damage.ts';

/** The server's own five characters for what went wrong, or Node's name of a system error. */
export function stateOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** What a caller's own change has thrown: no failure of the engine's, whatever it is. */
export class Refusal extends Error {
	readonly reason: unknown;

	constructor(reason: unknown) {
		super('A change was refused.');
		this.reason = reason;
	}
}

/** True where the same transaction may succeed at once: a serialization failure or a deadlock. */
export function isTransient(error: unknown): boolean {
	return ['40001', '40P01'].includes(stateOf(error));
}

/** The engine takes no connection for the moment, and has begun nothing: it has no free one, or is starting up. */
const crowded = '53300';
const startingUp = '57P03';

/** True if a connection may be taken in a moment. */
export function isBusy(error: unknown): boolean {
	return [crowded, startingUp].includes(stateOf(error));
}

/** Node's names of what is wrong with a certificate, or with TLS itself. */
const certificate = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|HOSTNAME_MISMATCH$|INVALID_)/;

/**
 * What the engine's error means for the person. Its own words are left out, since they may quote values.
 * @param place the address as it may be drawn
 * @param committing true where the engine may have done what it was asked before it went away
 */
export function failureAt(error: unknown, place: string, committing = false): unknown {
	if (error instanceof Refusal) {
		return error.reason;
	}

	// A mistake of this program is none of the network's.
	if (error instanceof FlockError || error instanceof TypeError || error instanceof RangeError) {
		return error;
	}

	if (error instanceof Damage || error instanceof SyntaxError) {
		// What JSON says of it quotes it.
		const what = error instanceof Damage ? error.message : 'a row of it cannot be read';
		return new FlockError('keystore-damaged', `The keystore ${place} is damaged: ${what}.`, {
			hint: 'Nothing was changed. Ask the database’s administrator to restore a backup.',
		});
	}

	const state = stateOf(error);
	if (/^(?:28|42501|3D000)/.test(state)) {
		return new FlockError('keystore-refused', `${place} refuses this role (${state}).`, {
			hint: 'Check the role, its password and its rights; `keymaker schema` prints the SQL for an administrator.',
			cause: state,
		});
	}

	if (state === '25006') {
		return new FlockError(
			'keystore-read-only',
			`${place} only reads: it is a standby, or set to read-only.`,
			{
				hint: 'Name the server that accepts writes.',
				cause: state,
			},
		);
	}

	if (/^53(?:100|200)/.test(state)) {
		return new FlockError('keystore-full', `${place} has no room left (${state}).`, {
			hint: 'Nothing was changed. Make room on the server, and try again.',
			cause: state,
		});
	}

	if (state === '55P03') {
		return new FlockError('keystore-locked', `Another program is changing the flock in ${place}.`, {
			hint: 'Nothing was changed. Wait for it, and try again.',
			cause: state,
		});
	}

	if (state === startingUp) {
		return new FlockError('keystore-unreachable', `${place} is starting up (${state}).`, {
			hint: 'Nothing was changed. Try again in a moment.',
			cause: state,
		});
	}

	if (state === crowded) {
		return new FlockError('keystore-unreachable', `${place} has no free connections (${state}).`, {
			hint: 'Nothing was changed. Try again later, or ask its administrator for more connections or a pooler.',
			cause: state,
		});
	}

	if (certificate.test(state)) {
		return new FlockError('keystore-refused', `The certificate of ${place} is not trusted (${state}).`, {
			hint: 'Nothing was sent. Name the host as the certificate does, and its own certificate in ?sslrootcert=FILE.',
			cause: state,
		});
	}

	if (error instanceof Error && /does not support SSL/.test(error.message)) {
		return new FlockError('keystore-refused', `${place} offers no TLS.`, {
			hint: 'Nothing was sent. Have TLS turned on there: keys go to another computer by TLS alone.',
		});
	}

	if (state === '3F000' || state === '42P01' || state === '42703') {
		return new FlockError('keystore-unreadable', `${place} has no complete schema of keymaker’s.`, {
			hint: 'Have an administrator run the SQL that `keymaker schema` prints.',
			cause: state,
		});
	}

	return new FlockError(
		'keystore-unreachable',
		`${place} does not answer${state === '' ? '' : ` (${state})`}.`,
		{
			hint: committing
				? 'Whether the change was saved is not known. Look with `keymaker list` before you try again.'
				: 'Nothing was changed. Check the network and the server, and try again.',
			cause: state,
			uncertain: committing,
		},
	);
}
