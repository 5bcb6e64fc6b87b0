import {lstatSync, type Stats, statSync} from 'node:fs';
import path from 'node:path';
import {FlockError} from '../../flock/error.ts';
import {shellWord} from '../../flock/shell-word.ts';
import {visible} from '../../flock/visible.ts';
import {isMissing} from '../../system/errors.ts';
import {canBeTurned, isTrusted, othersMayReplaceIn, strangerOn, type Use, walk} from '../../system/places.ts';
import {failureOf} from './failures.ts';

const elsewhere = 'choose another folder with --keystore DIR';

/**
 * Follows a path to its file, and refuses what others could redirect: a link in a folder that others can
 * write to, a folder for everybody, another user's file, and anything but a regular file. The file can be
 * missing, and its folder too.
 * @returns the real path.
 * @throws `keystore-unsafe`, `keystore-unreadable`
 */
export function safePathOf(file: string, use: Use = 'read'): string {
	if (process.platform === 'win32') {
		return file;
	}

	const real = follow(file, use);
	const stat = statOf(real);
	if (stat === null && statOf(file, lstatSync) !== null) {
		throw unsafe(file, 'is a link that leads nowhere', 'Remove it, or restore its target.');
	}

	if (stat !== null && !stat.isFile()) {
		throw unsafe(
			real,
			'is not a regular file',
			'Move it away, or choose another folder with --keystore DIR.',
		);
	}

	if (stat !== null && !isTrusted(stat)) {
		throw unsafe(
			real,
			'belongs to another user of this computer',
			'Choose another folder with --keystore DIR, or take ownership of the file (chown).',
		);
	}

	refuseShared(path.dirname(real), 'keystore');
	return real;
}

/**
 * Checks the folder of a keystore's backups and its parent, as `safePathOf` checks the file and its folder.
 * Both can be missing.
 * @throws `keystore-unsafe`, `keystore-unreadable`
 */
export function assertSafeCopies(folder: string, use: Use = 'read'): void {
	if (process.platform === 'win32') {
		return;
	}

	for (const one of [path.dirname(folder), folder]) {
		const real = follow(one, use);
		const stat = statOf(real);
		if (stat !== null && !stat.isDirectory()) {
			throw unsafe(real, 'is not a folder, but the keystore’s backups go there', 'Move it away.');
		}

		refuseShared(real, 'copies');
	}

	refuseStranger(path.join(folder, 'copy'), use);
}

/** Everything that a save writes to: `safePathOf` and `assertSafeCopies` together. @returns the file's real path. */
export function safeToSave(file: string, copies: string): string {
	const real = safePathOf(file, 'save');
	assertSafeCopies(copies, 'save');
	return real;
}

function refuseShared(folder: string, what: 'keystore' | 'copies'): void {
	const stat = statOf(folder);
	if (stat === null || !othersMayReplaceIn(stat)) {
		return;
	}

	if (!isTrusted(stat)) {
		throw unsafe(
			folder,
			`belongs to another user of this computer, who could replace the ${what} in it`,
			`Move it away, or ${elsewhere}.`,
		);
	}

	throw unsafe(
		folder,
		`is writable by other users of this computer, who could replace the ${what} in it`,
		`Run chmod go-w ${shellWord(folder)}, or ${elsewhere}.`,
	);
}

/** Resolves each link of a path and checks who could redirect it. */
function follow(file: string, use: Use): string {
	refuseStranger(file, use);
	try {
		return walk(file, ({folder, path: entry, stat}) => {
			if (stat?.isSymbolicLink() && canBeTurned(statSync(folder), stat)) {
				throw unsafe(
					entry,
					'is a link that other users of this computer could redirect',
					'Choose another folder with --keystore DIR, or name the folder itself instead of the link.',
				);
			}
		});
	} catch (error) {
		throw failureOf(error, 'read', file);
	}
}

/**
 * Root saves only if nobody else can replace anything on the way. Otherwise it would write to, or give away,
 * what they choose.
 */
function refuseStranger(file: string, use: Use): void {
	const stranger = use === 'save' ? attempt(() => strangerOn(file), file) : null;
	if (stranger === null) {
		return;
	}

	const {path: place, uid} = stranger;
	throw uid === null
		? unsafe(
				place,
				'is writable by other users of this computer, and root saves only where nobody else can write',
				`Run chmod go-w ${shellWord(place)}, or ${elsewhere}.`,
			)
		: unsafe(
				place,
				'belongs to another user of this computer, and root saves only to its own folders',
				`Save as that user: sudo -H -u '#${uid}' keymaker …`,
			);
}

function statOf(target: string, look: (target: string) => Stats = statSync): Stats | null {
	return attempt(() => look(target), target);
}

function attempt<T>(look: () => T, target: string): T | null {
	try {
		return look();
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw failureOf(error, 'read', target);
	}
}

function unsafe(target: string, why: string, hint: string): FlockError {
	return new FlockError('keystore-unsafe', `${visible(target)} ${why}.`, {hint});
}
