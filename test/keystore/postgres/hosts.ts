import {openDatabase} from '../../../source/keystore/database.ts';
import type {Keystore, KeystoreUpkeep} from '../../../source/keystore/keystore.ts';
import {openBytes} from '../../../source/keystore/postgres/sealed.ts';
import {newIdentity, openWith, recipientOf} from '../../../source/system/age.ts';
import type {Postgres} from '../../helpers/postgres.ts';
import {cheapScrypt} from '../support.ts';
import {passphrase, patience} from './support.ts';

/** A test host's identity and its recipient. */
export type TestIdentity = {secret: string; recipient: string};

/** Makes an identity without a file. */
export async function testIdentity(): Promise<TestIdentity> {
	const secret = await newIdentity();
	return {secret, recipient: await recipientOf(secret)};
}

/** Opens a flock with its passphrase. @param address with its password */
export function ownersKeystore(
	address: string,
	flock: string,
	words = passphrase,
): Keystore & KeystoreUpkeep {
	return openDatabase({
		address: {text: address, from: 'environment'},
		environment: {},
		label: {flock, kind: 'x'},
		deadline: patience,
		passphrase: () => words,
		passphraseGiven: true,
		scrypt: cheapScrypt,
	});
}

/** Opens a flock as a host with an identity. @param address with its password @param seen where it remembers what it saw */
export function hostsKeystore(
	address: string,
	flock: string,
	{secret}: Pick<TestIdentity, 'secret'>,
	seen: string | null = null,
): Keystore & KeystoreUpkeep {
	return openDatabase({
		address: {text: address, from: 'environment'},
		environment: {},
		label: {flock, kind: 'x'},
		deadline: patience,
		seen,
		identity: {
			file: '',
			exists: () => true,
			read: async () => ({secrets: [secret], recipients: [await recipientOf(secret)]}),
			make: () => Promise.reject(new Error('nothing makes an identity here')),
		},
	});
}

/** A bot's row in the database, with its grants. */
export type StoredBot = {
	id: string;
	version: number;
	bot_key: string;
	record_sealed: string;
	app_sealed: string | null;
	grants: {name: string; recipient: string; sealed_key: string | null}[];
};

/** Reads a bot's rows as an administrator. */
export async function storedBot(server: Postgres, flock: string, bot: string): Promise<StoredBot> {
	const [row] = await server.query<StoredBot>(
		`select f.id, b.version::float8 as version, b.bot_key, b.record_sealed, b.app_sealed,
			(select coalesce(json_agg(g order by g.name), '[]') from keymaker.grants g
				where g.flock = f.id and g.bot = b.name) as grants
		from keymaker.bot b join keymaker.flock f on f.id = b.flock where f.name = $1 and b.name = $2`,
		[flock, bot],
	);
	if (row === undefined) {
		throw new Error(`There is no row of ${bot}.`);
	}

	return row;
}

/** A bot's own key as a host opens it without keymaker; `null` if it is not sealed to the host. */
export async function keyFor(stored: StoredBot, {secret, recipient}: TestIdentity): Promise<Buffer | null> {
	const sealed = stored.grants.find(grant => grant.recipient === recipient)?.sealed_key;
	return sealed == null ? null : openWith([secret], Buffer.from(sealed, 'base64'));
}

/** The record and app that a bot's own key opens. @throws `Damage` for another key */
export function openedBy(key: Buffer, bot: string, {id, version, record_sealed, app_sealed}: StoredBot) {
	const read = (sealed: string, kind: string) =>
		JSON.parse(openBytes(sealed, key, [id, kind, bot, version]).toString());
	return {record: read(record_sealed, 'record'), app: app_sealed && read(app_sealed, 'app')};
}
