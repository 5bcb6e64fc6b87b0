import {randomUUID} from 'node:crypto';
import {lstat, open, rename, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {AccessLevel} from '../flock/key.ts';
import {makeFolders, readFileWithin} from '../system/files.ts';
import {strangerOn} from '../system/places.ts';
import {practiceSecret, userIdOf} from './random.ts';

/** A larger token file is not practice's; bytes. */
const largestState = 64 * 1024 * 1024;

/** What a practice access token may do. */
export type PracticeAccess = Extract<AccessLevel, 'read' | 'read-write'>;

/** An access token issued by practice. */
export type PracticeToken = {
	/** Begins with the user id and a dash, like X's. */
	token: string;
	secret: string;
	userId: string;
	/** The account's screen name, as first spelled. */
	handle: string;
	/** The app that it belongs to. */
	consumerKey: string;
	access: PracticeAccess;
	/** Revoked for good. It stays in the file, so no other process revives it. */
	revoked: boolean;
};

/** Practice's access tokens, in a file that several processes can share. */
export type Tokens = {
	/** The handles of all accounts that have granted access, in order of their first grant. */
	handles(): Promise<string[]>;
	/** The token, even if revoked; `null` if practice never issued it. */
	find(token: string): Promise<PracticeToken | null>;
	/** The valid token of an account for an app and access, created if there is none. */
	grant(handle: string, consumerKey: string, access: PracticeAccess): Promise<PracticeToken>;
	/** Revokes a token for good. */
	revoke(token: string): Promise<void>;
	/** Writes again what another process has overwritten; call it once, before the end. */
	settle(): Promise<void>;
};

/**
 * Opens the token file. A missing or damaged one counts as empty. If it cannot be written, the tokens stay in
 * memory until the program ends: practice must never stop anybody's work.
 * @param path their file; `null` for memory only.
 */
export function openTokens(path: string | null): Tokens {
	let known = new Map<string, PracticeToken>();
	let seen = '';
	let last: Promise<unknown> = Promise.resolve();

	/** Reads what other processes wrote since the last time. */
	async function look(): Promise<void> {
		const stamp = path === null ? '' : await fileStamp(path);
		if (path !== null && stamp !== seen) {
			known = merge(known, await readTokens(path));
			seen = stamp;
		}
	}

	/** One change at a time. */
	function change<T>(mutate: () => T): Promise<T> {
		const turn = last.then(async () => {
			await look();
			const result = mutate();
			await save().catch(() => {});
			return result;
		});
		last = turn.catch(() => {});
		return turn;
	}

	/**
	 * Writes until the file holds everything known. Nothing is ever removed from it, so if two processes
	 * overwrite each other, their next change or final write fixes that.
	 */
	async function save(): Promise<void> {
		for (let tries = 0; path !== null && tries < 5; tries++) {
			const kept = await readTokens(path);
			known = merge(known, kept);
			if (sameTokens(merge(new Map(), kept), known)) {
				return;
			}

			await writeTokens(path, known);
		}
	}

	return {
		async handles() {
			await look();
			const byUser = new Map<string, string>();
			for (const {userId, handle} of known.values()) {
				byUser.set(userId, byUser.get(userId) ?? handle);
			}

			return [...byUser.values()];
		},
		async find(token) {
			await look();
			return known.get(token) ?? null;
		},
		grant(handle, consumerKey, access) {
			const userId = userIdOf(handle);
			return change(() => {
				const account = [...known.values()].filter(token => token.userId === userId);
				const living = account.find(
					token => !token.revoked && token.consumerKey === consumerKey && token.access === access,
				);
				const token = living ?? {
					token: `${userId}-${practiceSecret(30)}`,
					secret: practiceSecret(45),
					userId,
					handle: account[0]?.handle ?? handle,
					consumerKey,
					access,
					revoked: false,
				};
				known.set(token.token, token);
				return token;
			});
		},
		revoke(token) {
			return change(() => {
				const found = known.get(token);
				if (found) {
					known.set(token, {...found, revoked: true});
				}
			});
		},
		settle() {
			return change(() => {});
		},
	};
}

/** Every token of both. One that either calls revoked is revoked. */
function merge(
	ours: ReadonlyMap<string, PracticeToken>,
	theirs: readonly PracticeToken[],
): Map<string, PracticeToken> {
	const merged = new Map(ours);
	for (const token of theirs) {
		const revoked = token.revoked || (ours.get(token.token)?.revoked ?? false);
		merged.set(token.token, {...token, revoked});
	}

	return merged;
}

/** True if both hold the same tokens with the same revocations. */
function sameTokens(
	one: ReadonlyMap<string, PracticeToken>,
	other: ReadonlyMap<string, PracticeToken>,
): boolean {
	return (
		one.size === other.size &&
		[...one.values()].every(({token, revoked}) => other.get(token)?.revoked === revoked)
	);
}

/** Changes whenever another file is at the path. */
async function fileStamp(path: string): Promise<string> {
	try {
		const {ino, mtimeNs, size} = await lstat(path, {bigint: true});
		return `${ino} ${mtimeNs} ${size}`;
	} catch {
		return '';
	}
}

async function readTokens(path: string): Promise<PracticeToken[]> {
	try {
		const {bytes} = await readFileWithin(path, {most: largestState, ours: true, links: false});
		const state: unknown = JSON.parse(bytes.toString());
		const tokens = isObject(state) && state.version === 1 ? state.tokens : null;
		return Array.isArray(tokens) ? tokens.filter(isToken) : [];
	} catch {
		return [];
	}
}

async function writeTokens(path: string, tokens: ReadonlyMap<string, PracticeToken>): Promise<void> {
	const state = {
		note: 'Tokens of practice. They open nothing at X.',
		version: 1,
		tokens: [...tokens.values()],
	};
	if (strangerOn(path) !== null) {
		throw new Error('Another user could exchange what root writes there.');
	}

	const draft = `${path}.${randomUUID()}.tmp`;
	try {
		await makeFolders(dirname(path));
		const file = await open(draft, 'wx', 0o600);
		try {
			await file.writeFile(`${JSON.stringify(state, null, '\t')}\n`);
		} finally {
			await file.close();
		}

		await rename(draft, path);
	} catch (error) {
		await rm(draft, {force: true});
		throw error;
	}
}

function isToken(value: unknown): value is PracticeToken {
	return (
		isObject(value) &&
		['token', 'secret', 'userId', 'handle', 'consumerKey'].every(name => typeof value[name] === 'string') &&
		(value.access === 'read' || value.access === 'read-write') &&
		typeof value.revoked === 'boolean'
	);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
