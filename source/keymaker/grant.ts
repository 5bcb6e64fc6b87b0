import {FlockError} from '../flock/error.ts';
import {hostNameError, notRecipient, recipientError} from '../flock/hosts.ts';
import type {BotRecord, Grant} from '../flock/key.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import type {Keystore} from '../keystore/keystore.ts';

/** The computer that bots are granted to. */
export type Host = Pick<Grant, 'name' | 'recipient'>;

/** What granting needs. */
export type GrantServices = {keystore: Keystore; now(): number};

/**
 * Lets a computer open bots by its own identity, all of them or none.
 * @returns those that it could not open before.
 * @throws FlockError `usage`, `keystore-not-shared`, `no-key`, `keystore-…`
 */
export async function grantBots(
	bots: readonly string[],
	host: Host,
	{keystore, now}: GrantServices,
): Promise<string[]> {
	requireShared(keystore);
	await requireHost(host);
	const {records} = await keystore.list();
	for (const bot of bots) {
		if (!records.has(bot)) {
			throw new FlockError('no-key', `${visible(bot)} has no key yet.`, {
				hint: `Authorize it first: keymaker authorize ${shellWord(bot)}`,
			});
		}
	}

	for (const {grants = []} of records.values()) {
		requireSame(grants, host);
	}

	const granted = new Set<string>();
	const grant: Grant = {...host, at: new Date(now()).toISOString()};
	const add = (bot: string) => (record: BotRecord) => {
		const {grants = []} = record;
		requireSame(grants, host);
		if (grants.some(({name}) => name === host.name)) {
			return record;
		}

		granted.add(bot);
		return {...record, grants: [...grants, grant]};
	};
	await keystore.updateAll(new Map(bots.map(bot => [bot, add(bot)])));
	return [...granted];
}

/**
 * Takes bots back from a computer, all of them or none; each gets a new key of its own, which that computer never sees.
 * @throws FlockError `no-grant`, `keystore-not-shared`, `keystore-…`
 */
export async function ungrantBots(bots: readonly string[], name: string, keystore: Keystore): Promise<void> {
	requireShared(keystore);
	const {records} = await keystore.list();
	const takeBack = (bot: string) => (record: BotRecord) => {
		const {grants = [], ...rest} = record;
		const left = grants.filter(grant => grant.name !== name);
		if (left.length === grants.length) {
			throw noGrant(bot, name, grants);
		}

		return left.length === 0 ? rest : {...rest, grants: left};
	};
	for (const bot of bots) {
		if (!records.has(bot)) {
			throw noGrant(bot, name, []);
		}
	}

	await keystore.updateAll(new Map(bots.map(bot => [bot, takeBack(bot)])));
}

/** What a computer may have kept of bots that were taken back from it, and how to make that useless. */
export function keptBy(name: string, bots: readonly string[]): {sentence: string; hint: string} {
	const words = bots.map(shellWord).join(' ');
	const isOne = bots.length === 1;
	return {
		sentence: isOne
			? `${visible(name)} may have kept the key of ${visible(bots[0] ?? '')}, which still works at X.`
			: `${visible(name)} may have kept these ${bots.length} keys, which still work at X.`,
		hint: `To end that: keymaker revoke ${words}, then keymaker authorize ${words}. ${isOne ? 'Its other hosts get the new key' : 'Their other hosts get the new keys'}.`,
	};
}

function requireShared({isShared}: Keystore): void {
	if (!isShared) {
		throw new FlockError(
			'keystore-not-shared',
			'Bots are granted to hosts in a database, and this keystore is a file.',
			{
				hint: 'Give a host its keys as a file: keymaker export BOT --format age --to age1… --out FILE',
			},
		);
	}
}

/** @throws FlockError `usage` for what nothing can be sealed to */
export async function requireRecipient(recipient: string): Promise<void> {
	const error = recipientError(recipient);
	if (error !== null) {
		throw error;
	}

	const {isRecipient} = await import('../system/age.ts');
	if (!isRecipient(recipient)) {
		throw notRecipient(recipient);
	}
}

async function requireHost({name, recipient}: Host): Promise<void> {
	await requireRecipient(recipient);
	const error = hostNameError(name);
	if (error !== null) {
		throw error;
	}
}

/** A name means one computer in the whole flock, and a computer has one name. */
function requireSame(grants: readonly Grant[], host: Host): void {
	const other = grants.find(({name, recipient}) => (name === host.name) !== (recipient === host.recipient));
	if (other !== undefined) {
		throw other.name === host.name
			? new FlockError('usage', `${host.name} is another computer: ${other.recipient}.`, {
					hint: `Choose another name, or take its bots back first: keymaker ungrant BOT --from ${host.name}`,
				})
			: new FlockError('usage', `This computer is called ${other.name} already.`, {
					hint: `Use --name ${other.name}.`,
				});
	}
}

function noGrant(bot: string, name: string, grants: readonly Grant[]): FlockError {
	const names = grants.map(grant => grant.name).join(', ');
	return new FlockError('no-grant', `${visible(bot)} is not granted to ${visible(name)}.`, {
		hint: `Nothing was changed. ${names === '' ? '`keymaker grants` lists what is granted.' : `It is granted to ${names}.`}`,
	});
}
