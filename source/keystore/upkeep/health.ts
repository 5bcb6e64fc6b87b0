import type {Stats} from 'node:fs';
import {stat, statfs} from 'node:fs/promises';
import path from 'node:path';
import {FlockError} from '../../flock/error.ts';
import {shellWord} from '../../flock/shell-word.ts';
import {visible} from '../../flock/visible.ts';
import {isTrusted} from '../../system/places.ts';
import type {Core} from '../core.ts';
import {findCopies} from '../disk/copies.ts';
import {leftoversOf} from '../disk/files.ts';
import {readBytes} from '../disk/read.ts';
import {readEnvelope} from '../form/envelope.ts';
import type {KeystoreFinding, KeystoreHealth} from '../keystore.ts';
import {botsWithKey} from '../state.ts';
import {asidesOf} from './backups.ts';

/** Linux's numbers of network file systems: NFS, SMB, CIFS, SMB2, AFS, Coda, Ceph, 9P (statfs(2)). */
const networkFileSystems = new Set([
	0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x73757245, 0x00c36400, 0x01021997,
]);

/** Checks a keystore's folder, file and backups. */
export async function healthOf(core: Core): Promise<KeystoreHealth> {
	const file = core.path;
	const findings: KeystoreFinding[] = [];
	const health: KeystoreHealth = {
		path: file,
		exists: false,
		encrypted: false,
		bots: null,
		backups: 0,
		findings,
	};
	await attempt(async () => {
		const loaded = await core.load();
		health.bots = botsWithKey(loaded.state);
	});
	await attempt(async () => {
		const read = await readBytes(file);
		health.exists = read !== null;
		health.encrypted = read !== null && readEnvelope(read.bytes, file).encrypted;
	}, false);
	await attempt(async () => {
		for (const target of [path.dirname(file), file, core.backups]) {
			findings.push(...permissionFindings(target, await statOf(target)));
		}
	});
	await attempt(async () => {
		const {copies, odd} = await findCopies(core.backups);
		health.backups = copies.length;
		findings.push(...oddFindings(core.backups, odd));
		for (const copy of copies) {
			findings.push(...permissionFindings(copy.path, await statOf(copy.path)));
		}

		if (health.encrypted) {
			findings.push(...(await plainFindings(copies.map(copy => copy.path))));
		}
	});
	await attempt(async () => {
		if (health.exists && health.bots !== null && !(await core.memory.isKept())) {
			findings.push(forgetful(core.memory.file ?? ''));
		}
	});
	await attempt(async () => {
		const leftovers = await leftoversOf(file);
		if (leftovers.length > 0) {
			findings.push({
				sentence: `A killed program left ${leftovers.length} temporary files beside the keystore.`,
				hint: 'The next save removes them.',
				serious: false,
			});
		}

		for (const aside of await asidesOf(file)) {
			findings.push({
				sentence: `A damaged keystore is kept in ${visible(aside)}. It may hold keys.`,
				hint: 'Remove it when you no longer need anything in it.',
				serious: false,
			});
		}
	});
	await attempt(async () => {
		if (health.exists && networkFileSystems.has((await statfs(path.dirname(file))).type)) {
			findings.push({
				sentence: 'The keystore is on a network file system.',
				hint: 'Save from one computer at a time: locks are not reliable there.',
				serious: false,
			});
		}
	}, false);
	return health;

	async function attempt(look: () => Promise<void>, report = true): Promise<void> {
		try {
			await look();
		} catch (error) {
			if (report) {
				findings.push(
					error instanceof FlockError
						? {sentence: error.message, hint: error.hint, serious: true}
						: {
								sentence: 'Part of the keystore could not be read.',
								hint: 'Check its permissions.',
								serious: true,
							},
				);
			}
		}
	}
}

function forgetful(file: string): KeystoreFinding {
	return {
		sentence: `${visible(file)} cannot be written, so keymaker would not notice if an older keystore replaced this one.`,
		hint: 'Give yourself permission to write there (chmod u+rwx), or set KEYMAKER_STATE to another folder.',
		serious: false,
	};
}

async function statOf(target: string): Promise<Stats | null> {
	return await stat(target).catch(() => null);
}

function permissionFindings(target: string, found: Stats | null): KeystoreFinding[] {
	if (found === null || process.platform === 'win32') {
		return [];
	}

	const findings: KeystoreFinding[] = [];
	if ((found.mode & 0o077) !== 0) {
		findings.push({
			sentence: `Other users of this computer can read ${visible(target)} (mode ${(found.mode & 0o777).toString(8).padStart(4, '0')}).`,
			hint: `chmod ${found.isDirectory() ? '700' : '600'} ${shellWord(target)}`,
			// Reading the folder shows names only. The files in it have their own permissions.
			serious: !found.isDirectory() || (found.mode & 0o022) !== 0,
		});
	}

	const own = process.getuid?.();
	if (own !== undefined && (found.uid !== own || !isTrusted(found))) {
		findings.push({
			sentence: `${visible(target)} belongs to another user (${found.uid}).`,
			hint:
				own === 0
					? `Save to it as that user: sudo -H -u '#${found.uid}' keymaker …`
					: `Take ownership: chown ${own} ${shellWord(target)}`,
			serious: true,
		});
	}

	return findings;
}

/** More names are counted, not listed. */
const mostNames = 3;

function oddFindings(folder: string, odd: readonly string[]): KeystoreFinding[] {
	if (odd.length === 0) {
		return [];
	}

	const rest = odd.length > mostNames ? ` and ${odd.length - mostNames} more` : '';
	return [
		{
			sentence: `${visible(folder)} holds files that are not backups of this keystore: ${odd.slice(0, mostNames).map(visible).join(', ')}${rest}.`,
			hint: 'keymaker never restores, encrypts or removes them. They may hold keys: look at them and move them away.',
			serious: false,
		},
	];
}

async function plainFindings(copies: readonly string[]): Promise<KeystoreFinding[]> {
	let count = 0;
	for (const copy of copies) {
		const read = await readBytes(copy);
		try {
			count += read !== null && !readEnvelope(read.bytes, copy).encrypted ? 1 : 0;
		} catch {
			// `restore` reports damaged backups.
		}
	}

	return count === 0
		? []
		: [
				{
					sentence: `The keystore is encrypted, but ${count} of its backups are in plain text.`,
					hint: 'The next save encrypts them.',
					serious: false,
				},
			];
}
