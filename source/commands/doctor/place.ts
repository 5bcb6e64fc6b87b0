import {access, constants, stat} from 'node:fs/promises';
import path from 'node:path';
import {FlockError} from '../../flock/error.ts';
import type {PoemFolder} from '../../flock/poem.ts';
import {visible} from '../../flock/visible.ts';
import type {KeystoreHealth} from '../../keystore/keystore.ts';
import type {Services} from '../../services.ts';
import {codeOf} from '../../system/errors.ts';
import {reasonOf, waitFor} from '../../system/files.ts';
import {count} from '../shared/command.ts';
import {folderProblem} from '../shared/folder-problem.ts';
import {ok, problem, type Result, warning} from './result.ts';

/** More notes are counted, not listed. */
const mostNotes = 5;

/** Checks the keystore's folder, file and backups, and tries a save if that changes nothing. */
export async function checkKeystore({keystore}: Pick<Services, 'keystore'>): Promise<Result[]> {
	const health = await keystore.health();
	const results = judgeHealth(health, keystore.isShared);
	if (
		health.bots === null ||
		keystore.isHosts ||
		(keystore.isShared && (!health.exists || isToldNotToSave(health)))
	) {
		return results;
	}

	if (!health.exists) {
		return [...results, await judgePlace(path.dirname(health.path))];
	}

	try {
		await keystore.tryWriting();
		const sentence = keystore.isShared
			? 'The keystore is writable.'
			: 'The keystore is writable, and no other program holds its lock.';
		return [...results, ok('keystore-writing', sentence)];
	} catch (error) {
		if (error instanceof FlockError) {
			return [...results, problem('keystore-writing', visible(error.message), error.hint)];
		}

		throw error;
	}
}

/** A role that only reads is fine for bots: report that it cannot save, but not as a problem. */
function isToldNotToSave({looks = []}: KeystoreHealth): boolean {
	return looks.some(({about, state}) => (about === 'server' || about === 'role') && state !== 'ok');
}

/**
 * Gives the keystore to this folder, if the poems that it belongs to are gone. @throws FlockError
 * `keystore-other-poems` and what a save throws
 */
export async function adoptPoems({keystore, poems}: Pick<Services, 'keystore' | 'poems'>): Promise<Result> {
	if (keystore.isShared) {
		return ok(
			'keystore-poems',
			'A keystore in a database belongs to no folder of poems: nothing was changed.',
		);
	}

	await keystore.adoptPoems();
	return ok('keystore-poems', `The keystore belongs to the poems in ${visible(poems.path)}.`);
}

/** Accepts the keystore, whatever this computer has seen of it. @throws FlockError `keystore-…` */
export async function takeAsItIs({keystore}: Pick<Services, 'keystore'>): Promise<Result> {
	await keystore.forgetSeen();
	return ok('keystore-seen', 'Forgot what this computer saw of the keystore, and accepted it.');
}

/** The findings of a keystore's health. */
export function judgeHealth(health: KeystoreHealth, isShared = false): Result[] {
	const findings = health.findings.map(({sentence, hint, serious}) =>
		serious ? problem('keystore', sentence, hint) : warning('keystore', sentence, hint),
	);
	const looks = (health.looks ?? []).map(({about, ...look}) => ({check: `keystore-${about}`, ...look}));
	return health.bots === null
		? [...findings, ...looks]
		: [ok('keystore', describe(health, isShared)), ...findings, ...looks];
}

function describe({path: file, exists, encrypted, bots, backups}: KeystoreHealth, isShared: boolean): string {
	const shown = visible(file);
	if (!exists) {
		return isShared
			? `No flock of this name in ${shown} yet. The first key creates it.`
			: `No keystore yet. The first key creates ${shown}.`;
	}

	const bot = count(bots ?? 0, 'bot');
	const how = encrypted ? 'encrypted' : 'not encrypted';
	return isShared
		? `${shown}: ${bot} with a key, ${how}.`
		: `${shown}: ${bot} with a key, ${count(backups, 'backup')}, ${how}.`;
}

/** Whether the folder can be created. Creates nothing. */
async function judgePlace(folder: string): Promise<Result> {
	for (let place = folder; ; place = path.dirname(place)) {
		try {
			await access(place, constants.W_OK | constants.X_OK);
			return ok('keystore-writing', 'Its folder is writable.');
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' || place === path.dirname(place)) {
				return problem(
					'keystore-writing',
					`Cannot write to ${visible(place)}: ${code}.`,
					'Give yourself permission to write there (chmod u+rwx), or choose another folder with --keystore DIR.',
				);
			}
		}
	}
}

/** Checks the folder of poems. */
export function judgePoems(folder: PoemFolder): Result[] {
	const wrong = folderProblem(folder);
	if (wrong !== null && folder.problem !== 'empty') {
		return [problem('poems', wrong.sentence, wrong.hint)];
	}

	const summary =
		wrong === null
			? ok('poems', `${visible(folder.path)}: ${count(folder.poems.length, 'poem')}.`)
			: warning('poems', wrong.sentence, wrong.hint);
	const notes = folder.notes
		.slice(0, mostNotes)
		.map(({file, sentence}) => warning('poems', `${visible(file)}: ${visible(sentence)}`, null));
	const left = folder.notes.length - notes.length;
	return [
		summary,
		...notes,
		...(left > 0 ? [warning('poems', `${left} more: see keymaker list.`, null)] : []),
	];
}

/** Checks who can read `.env`. */
export async function checkEnvFile(cwd: string, platform: NodeJS.Platform): Promise<Result> {
	try {
		const file = path.join(cwd, '.env');
		const {mode} = await waitFor(cwd, () => stat(file));
		return platform !== 'win32' && (mode & 0o077) !== 0
			? warning(
					'env-file',
					`Other users of this computer can read .env (mode ${(mode & 0o777).toString(8).padStart(4, '0')}).`,
					'chmod 600 .env',
				)
			: ok('env-file', 'Only you can read .env.');
	} catch (error) {
		return codeOf(error) === 'ENOENT'
			? ok('env-file', 'No .env in this folder.')
			: warning('env-file', `Cannot read .env: ${reasonOf(error)}.`, 'Check its permissions.');
	}
}
