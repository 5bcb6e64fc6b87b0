import {FlockError} from '../flock/error.ts';
import {hostNameError, notRecipient, recipientError} from '../flock/hosts.ts';
import type {BotRecord, Grant} from '../flock/key.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import type {Keystore, KeystoreUpkeep} from '../keystore/keystore.ts';

/** A host to grant bots to. */
export type Host = Pick<Grant, 'name' | 'recipient'>;

/** What granting needs. */
export type GrantServices = {keystore: Keystore & Pick<KeystoreUpkeep, 'strayGrants'>; now(): number};

/**
 * Lets a host open bots with its own identity, all or none.
 * @returns the bots that it could not open before.
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
	const already = bots.filter(bot => !granted.has(bot));
	const gone = already.length === 0 ? [] : await keystore.strayGrants();
	const lost = gone.find(one => one.kind === 'gone' && one.name === host.name && already.includes(one.bot));
	if (lost !== undefined) {
		throw new FlockError(
			'no-grant',
			`The database has lost the grant of ${visible(lost.bot)} to ${host.name}.`,
			{
				hint: `Take it back, then grant it again: keymaker ungrant ${shellWord(lost.bot)} --from ${host.name}`,
			},
		);
	}

	return [...granted];
}

/**
 * Takes bots back from a host, all or none. Each bot gets a new own key, which that host never sees.
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

/** Warns that a host may have kept the keys of bots that were taken back, and says how to replace them. */
export function keptBy(name: string, bots: readonly string[]): {sentence: string; hint: string} {
	const words = bots.map(shellWord).join(' ');
	const isOne = bots.length === 1;
	return {
		sentence: isOne
			? `${visible(name)} may have kept the key of ${visible(bots[0] ?? '')}, which still works at X.`
			: `${visible(name)} may have kept these ${bots.length} keys, which still work at X.`,
		hint: `To replace ${isOne ? 'it' : 'them'}, run keymaker revoke ${words}, then keymaker authorize ${words}. Other hosts get the new ${isOne ? 'key' : 'keys'} automatically.`,
	};
}

function requireShared({isShared}: Keystore): void {
	if (!isShared) {
		throw new FlockError('keystore-not-shared', 'Grants need a keystore in a database. This one is a file.', {
			hint: 'Export a file for the host instead: keymaker export BOT --format age --to age1… --out FILE',
		});
	}
}

/** @throws FlockError `usage` for anything but a recipient */
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

/** In a flock, a name means one host, and a host has one name. */
function requireSame(grants: readonly Grant[], host: Host): void {
	const other = grants.find(({name, recipient}) => (name === host.name) !== (recipient === host.recipient));
	if (other !== undefined) {
		throw other.name === host.name
			? new FlockError('usage', `${host.name} is already another host: ${other.recipient}.`, {
					hint: `Choose another name, or take its bots back first: keymaker ungrant BOT --from ${host.name}`,
				})
			: new FlockError('usage', `This host already has the name ${other.name}.`, {
					hint: `Use --name ${other.name}.`,
				});
	}
}

function noGrant(bot: string, name: string, grants: readonly Grant[]): FlockError {
	const names = grants.map(grant => grant.name).join(', ');
	return new FlockError('no-grant', `${visible(bot)} is not granted to ${visible(name)}.`, {
		hint: `Nothing was changed. ${names === '' ? 'Run keymaker grants to list the grants.' : `It is granted to ${names}.`}`,
	});
}
