import {FlockError} from '../../flock/error.ts';
import {visible} from '../../flock/visible.ts';
import type {KeystoreHealth, KeystoreLook} from '../keystore.ts';
import type {Memory} from '../seen/memory.ts';
import {botsWithKey} from '../state.ts';
import type {WaitingFile} from '../waiting.ts';
import {type Address, drawn} from './address.ts';
import type {Engine} from './engine.ts';
import {factsOf, looksAt, ok, problem, warning} from './facts.ts';
import {isTold} from './listening.ts';
import {withClient} from './session.ts';

/** What looking at a keystore in a database needs. */
export type HealthOptions = Readonly<{
	address: Address;
	engine: Engine;
	/** How long one call may take; milliseconds. */
	deadline: number;
	waiting: WaitingFile | null;
	memory: Memory | undefined;
}>;

/** Looks at a keystore in a database, and at what waits for it here; makes nothing there. */
export async function healthOf({
	address,
	engine,
	deadline,
	waiting,
	memory,
}: HealthOptions): Promise<KeystoreHealth> {
	const path = drawn(address);
	const health = unread(path);
	const looks: KeystoreLook[] = [];
	const facts = await attempt(health, () => withClient(address, deadline, client => factsOf(client)));
	if (facts !== null) {
		looks.push(...looksAt(facts));
		await attempt(health, async () => {
			const startedAt = performance.now();
			const state = await engine.peek();
			const took = Math.round(performance.now() - startedAt);
			health.exists = state !== null;
			health.bots = state === null ? 0 : botsWithKey(state);
			looks.push(ok('read', `Connecting and reading the flock takes ${took} ms.`));
		});
		looks.push(await listenLook(address, deadline));
		if (health.bots !== null && health.exists && memory !== undefined) {
			looks.push(await seenLook(memory));
		}
	}

	if (waiting !== null) {
		looks.push(await waitingLook(waiting));
	}

	return {...health, looks};
}

/** What is told of a keystore in a database whose address makes no sense. @throws what is no `FlockError` */
export function unopenedHealth(path: string, error: unknown): KeystoreHealth {
	const health = unread(path);
	addFinding(health, error);
	return health;
}

/** What is told before anything was looked at. */
export function unread(path: string): KeystoreHealth {
	return {path, exists: true, encrypted: true, bots: null, backups: 0, findings: []};
}

/** Runs a part of the check, and reports its `FlockError` as a finding. @throws any other error */
export async function attempt<T>(health: KeystoreHealth, look: () => Promise<T>): Promise<T | null> {
	try {
		return await look();
	} catch (error) {
		addFinding(health, error);
		return null;
	}
}

function addFinding(health: KeystoreHealth, error: unknown): void {
	if (!(error instanceof FlockError)) {
		throw error;
	}

	const {message: sentence, hint} = error;
	health.findings.push({sentence, hint, serious: true});
}

async function listenLook(address: Address, deadline: number): Promise<KeystoreLook> {
	return (await isTold(address, deadline))
		? ok('listen', 'Changes arrive at once (LISTEN).')
		: warning(
				'listen',
				'A change is not told at once: a pooler or a standby passes LISTEN by.',
				'The screen asks every two seconds instead. Name the server itself for more.',
			);
}

/** Whether this computer would notice an older keystore. */
export async function seenLook(memory: Memory): Promise<KeystoreLook> {
	return (await memory.isKept())
		? ok('seen', 'keymaker remembers the keystore, and will notice if an older one replaces it.')
		: warning(
				'seen',
				`${visible(memory.file ?? '')} cannot be written, so keymaker would not notice if an older keystore replaced this one.`,
				'Give yourself permission to write there (chmod u+rwx), or set KEYMAKER_STATE to another folder.',
			);
}

async function waitingLook(waiting: WaitingFile): Promise<KeystoreLook> {
	const place = visible(waiting.path);
	try {
		const {keys, strange} = await waiting.count();
		if (keys === null) {
			return warning(
				'waiting',
				`Keys may be waiting in ${place}. keymaker cannot tell without the database.`,
				'Keep that file. The next command that saves anything saves them.',
			);
		}

		if (keys > 0) {
			return warning(
				'waiting',
				`${keys} ${keys === 1 ? 'key waits' : 'keys wait'} in ${place} to be saved.`,
				'The screen saves them, and so does the next command that saves anything.',
			);
		}

		return strange === 0
			? ok('waiting', 'No key waits on this computer.')
			: warning(
					'waiting',
					`${place} holds ${strange} that cannot be opened here: damaged, or of a flock elsewhere.`,
					'Keep that file until you know that it has no keys.',
				);
	} catch (error) {
		if (!(error instanceof FlockError)) {
			throw error;
		}

		return problem('waiting', error.message, error.hint);
	}
}
