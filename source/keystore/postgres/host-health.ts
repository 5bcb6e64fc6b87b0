import {otherBots} from '../../flock/hosts.ts';
import {visible} from '../../flock/visible.ts';
import type {Identity} from '../../system/identity.ts';
import type {KeystoreHealth, KeystoreLook} from '../keystore.ts';
import type {Memory} from '../seen/memory.ts';
import {botsWithKey, type State} from '../state.ts';
import {type Address, drawn} from './address.ts';
import {factsOf, hostLooksAt, ok, warning} from './facts.ts';
import {attempt, seenLook, unread} from './health.ts';
import {withClient} from './session.ts';

/** What a host reads of a flock. */
export type HostRead = {
	/** The granted bots. */
	state: State;
	/** The bots that are not granted. */
	others: ReadonlySet<string>;
};

/** What looking at a host's keystore needs. */
export type HostHealthOptions = Readonly<{
	address: Address;
	/** How long one call may take; milliseconds. */
	deadline: number;
	identity: Identity;
	read(): Promise<HostRead>;
	memoryOf(bot: string): Memory | undefined;
}>;

/** Looks at what a host can open, and at what its role can do. */
export async function hostHealthOf(options: HostHealthOptions): Promise<KeystoreHealth> {
	const {address, deadline, identity, read, memoryOf} = options;
	const health = unread(drawn(address));
	const facts = await attempt(health, () => withClient(address, deadline, factsOf));
	const looks = facts === null ? [] : hostLooksAt(facts);
	const found = facts && (await attempt(health, read));
	if (found !== null) {
		health.bots = botsWithKey(found.state);
		looks.push(identityLook(identity, found));
		const [bot] = found.state.records.keys();
		const memory = bot === undefined ? undefined : memoryOf(bot);
		if (memory !== undefined) {
			looks.push(await seenLook(memory));
		}
	}

	return {...health, looks};
}

function identityLook({file}: Identity, {state, others}: HostRead): KeystoreLook {
	const count = state.records.size;
	const opens = `${visible(file)} opens ${count} ${count === 1 ? 'bot' : 'bots'}.`;
	const rest = others.size === 0 ? '' : ` ${otherBots(others.size)}`;
	return count > 0
		? ok('identity', opens + rest)
		: warning(
				'identity',
				opens + rest,
				'Run this where you manage the flock: keymaker grant BOT --to RECIPIENT --name NAME. To see the recipient, run keymaker host init here.',
			);
}
