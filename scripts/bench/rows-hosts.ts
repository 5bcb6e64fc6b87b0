import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {grantBots} from '../../source/keymaker/grant.ts';
import {openDatabase} from '../../source/keystore/database.ts';
import {openIdentity} from '../../source/system/identity.ts';
import {benchApp, botAt, placeOf, recordAt, temporaryFolder} from './place.ts';
import {timeOf} from './program.ts';
import {comparison, type Row} from './row.ts';
import {serverHere} from './rows-database.ts';

const few = 100;
const flock = 'hosts';
const modules = path.join(import.meta.dirname, '..', '..', 'node_modules');

/** A bare program that does what a host's `exec` has to: it loads both libraries, reads, opens and spawns. */
const bare = `
import {readFileSync} from 'node:fs';
import {spawn} from 'node:child_process';
import {createDecipheriv} from 'node:crypto';
import pg from '${modules}/pg/esm/index.mjs';
import {Decrypter, identityToRecipient} from '${modules}/age-encryption/dist/index.js';
const secret = readFileSync(process.env.KEYMAKER_IDENTITY, 'utf8').match(/^AGE-.*/m)[0];
const client = new pg.Client({connectionString: process.env.KEYMAKER_KEYSTORE});
await client.connect();
const {rows: [row]} = await client.query(
	\`select b.flock, b.version, b.record_sealed, g.sealed_key from keymaker.bot b join keymaker.flock f on f.id = b.flock
	join keymaker.grants g on g.flock = b.flock and g.bot = b.name where f.name = $1 and b.name = $2 and g.recipient = $3\`,
	['${flock}', '${botAt(7)}', await identityToRecipient(secret)],
);
client.end();
const decrypter = new Decrypter();
decrypter.addIdentity(secret);
const key = await decrypter.decrypt(Buffer.from(row.sealed_key, 'base64'));
const bytes = Buffer.from(row.record_sealed, 'base64');
const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
cipher.setAAD(Buffer.from(JSON.stringify(['keymaker', 1, row.flock, 'record', '${botAt(7)}', Number(row.version)])));
cipher.setAuthTag(bytes.subarray(12, 28));
const record = JSON.parse(Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()]));
spawn('/bin/true', {env: {...process.env, TWITTER_ACCESS_TOKEN: record.key.accessToken}, stdio: 'inherit'});
`;

/** A host that opens only its own bots, against a bare program that does the same. */
export const hostRows: readonly Row[] = [
	comparison('ms', {
		name: 'host-exec',
		what: '`keymaker exec bot -- /bin/true` on a host with an identity, 100 bots in PostgreSQL',
		against: 'a bare program that loads `pg` and `age-encryption`, reads, opens and spawns',
		goal: {limit: 1.15},
		async sides({programs}) {
			const address = (await serverHere()).secretAddress('owner');
			const folder = temporaryFolder();
			const identity = openIdentity(path.join(folder, 'identity.txt'));
			const recipient = await identity.make();
			const keystore = openDatabase({
				address: {text: address, from: 'environment'},
				environment: {},
				label: {flock, kind: 'x'},
				deadline: 60_000,
				passphrase: () => 'practice words that nobody would guess',
				passphraseGiven: true,
			});
			for (let index = 0; index < few; index += 1) {
				await keystore.update(botAt(index), () => recordAt(index), benchApp);
			}

			await grantBots([botAt(7)], {name: 'web1', recipient}, {keystore, now: Date.now});
			const program = path.join(folder, 'bare.mjs');
			writeFileSync(program, bare);
			const {folder: cwd, env: own} = await placeOf(few);
			const env = {
				...own,
				KEYMAKER_KEYSTORE: address,
				KEYMAKER_FLOCK: flock,
				KEYMAKER_IDENTITY: identity.file,
			};
			return [
				() => timeOf(process.execPath, [programs.cli, 'exec', botAt(7), '--', '/bin/true'], {cwd, env}),
				() => timeOf(process.execPath, [program], {cwd, env}),
			];
		},
	}),
];
