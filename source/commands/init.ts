import {constants} from 'node:fs';
import {open, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {visible} from '../flock/visible.ts';
import {addSample, refuseLink, unwritable} from '../keymaker/sample.ts';
import type {BareServices} from '../services.ts';
import {codeOf} from '../system/errors.ts';
import {readFileWithin} from '../system/files.ts';
import {decodeText} from '../system/text.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {envTemplate} from './shared/env-template.ts';

/** `init` has no options or arguments of its own. */
export type InitInput = Record<never, never>;

/** The largest `.gitignore` in bytes. */
const largestGitignore = 1_000_000;

/** What must never be under git. */
const ignored = ['.env', 'keys/'];

/**
 * Creates what a new flock needs: poems with a sample, `.env` and lines in `.gitignore`. Changes nothing that
 * exists, except for lines added to `.gitignore`.
 * @throws FlockError `init-unwritable` if something cannot be written, `init-unsafe` if a link is in its
 * place
 */
export async function init(
	_input: InitInput,
	{poems, cwd}: Pick<BareServices, 'poems' | 'cwd'>,
	write: Write,
): Promise<number> {
	const env = path.join(cwd, '.env');
	const gitignore = path.join(cwd, '.gitignore');
	try {
		// Checks all of them before it creates the first.
		for (const place of [poems.path, env, gitignore]) {
			await refuseLink(place);
		}

		write.out(await initPoems(poems.path));
		write.out(await initEnv(env));
		write.out(await initGitignore(gitignore));
	} catch (error) {
		throw unwritable(error, cwd);
	}

	write.err('Next, run keymaker --practice to try everything. For X, fill in .env and run keymaker.');
	return exitCode.done;
}

async function initPoems(folder: string): Promise<string> {
	const sample = await addSample(folder);
	return sample === null
		? `${visible(folder)}: already has poems.`
		: `${visible(folder)}: created, with ${sample} as a sample.`;
}

async function initEnv(file: string): Promise<string> {
	try {
		await writeFile(file, envTemplate, {flag: 'wx', mode: 0o600});
		return '.env: created, for the app’s key and secret.';
	} catch (error) {
		if (codeOf(error) !== 'EEXIST') {
			throw error;
		}
	}

	const {mode} = await stat(file);
	const open = process.platform !== 'win32' && (mode & 0o077) !== 0;
	return `.env: already exists.${open ? ' Others can read it: run chmod 600 .env' : ''}`;
}

async function initGitignore(file: string): Promise<string> {
	const bytes = await bytesOf(file);
	const decoded = decodeText(bytes);
	if (decoded?.encoding === 'UTF-16') {
		// Nothing could read lines added in another encoding.
		return `.gitignore: is in UTF-16, which git does not read. Save it as UTF-8 and add ${ignored.join(' and ')}.`;
	}

	const text = decoded?.text ?? bytes.toString();
	const lines = new Set(text.split(/\r?\n/).map(line => line.trim()));
	const missing = ignored.filter(line => !lines.has(line));
	if (missing.length === 0) {
		return '.gitignore: already has .env and keys/.';
	}

	const start = text === '' || text.endsWith('\n') ? '' : '\n';
	await append(file, `${start}${missing.join('\n')}\n`);
	return `.gitignore: added ${missing.join(' and ')}.`;
}

/** The usage of `init`. */
export const command = define({
	name: 'init',
	arguments: [],
	summary: 'Set up a folder with a sample poem, an .env and .gitignore lines.',
	options: {},
	examples: ['mkdir flock && cd flock && keymaker init'],
	needs: 'no-keystore',
	run: (_, services, write) => init({}, services, write),
});

async function bytesOf(file: string): Promise<Buffer> {
	try {
		const {bytes} = await readFileWithin(file, {most: largestGitignore, links: false});
		return bytes;
	} catch (error) {
		if (codeOf(error) === 'ENOENT') {
			return Buffer.alloc(0);
		}

		throw Object.assign(error as Error, {path: file});
	}
}

/** Appends to a file that is not a link, even if a link replaces it meanwhile. */
async function append(file: string, text: string): Promise<void> {
	const {O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK = 0, O_NOFOLLOW = 0} = constants;
	const opened = await open(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOFOLLOW, 0o666);
	try {
		await opened.writeFile(text);
	} finally {
		await opened.close();
	}
}
