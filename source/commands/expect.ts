import path from 'node:path';
import {FlockError} from '../flock/error.ts';
import {type Bot, type Flock, speaksAsAnother} from '../flock/flock.ts';
import {handleKey} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';
import {readFlock} from '../keymaker/flock.ts';
import {handleOf} from '../keymaker/handle.ts';
import type {Services} from '../services.ts';
import {readFileWithin, reasonOf} from '../system/files.ts';
import {decodeText} from '../system/text.ts';
import {findBot} from './shared/bots.ts';
import {count, exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `expect BOT HANDLE` or `expect --from FILE` */
export type ExpectInput = {
	/** The bot and the handle that it should have; an empty one for none. Nothing with a file. */
	words: readonly string[];
	/** A file with a bot and a handle on each line, from the current folder; `null` to use the words. */
	from: string | null;
};

/** The services that `expect` needs. */
export type ExpectServices = Pick<Services, 'poems' | 'keystore' | 'appSource' | 'cwd' | 'keymaker'>;

/** A bot, and the handle that it should have. */
type Expectation = {bot: Bot; handle: string | null};

/** A bot and a handle as typed. */
type Written = {bot: string; handle: string};

/** The largest list of bots in bytes. */
const largestList = 8 * 1024 * 1024;

/** More wrong lines are not listed. */
const mostTold = 20;

/**
 * Sets the handles that bots should have, in one save, after checking all of them.
 * @throws FlockError `usage`, `unknown-bot`, `bad-handle`, `expect-file`, `keystore-…`
 */
export async function expect(
	{words, from}: ExpectInput,
	services: ExpectServices,
	write: Write,
): Promise<number> {
	const [bot, handle] = words;
	if (from === null ? bot === undefined || handle === undefined : words.length > 0) {
		throw new FlockError('usage', 'Give a bot and its handle, or --from FILE for many.', {
			hint: 'Run keymaker expect --help for both.',
		});
	}

	const {flock} = await readFlock(services);
	const wanted =
		from === null
			? [checked({bot: bot ?? '', handle: handle ?? ''}, flock)]
			: checkedLines(await linesOf(path.resolve(services.cwd, from)), from, flock, write);
	// All started together, so they share one save.
	await Promise.all(wanted.map(one => services.keymaker.expectHandle(one.bot.name, one.handle)));
	for (const one of wanted) {
		write.out(
			one.handle === null
				? `${visible(one.bot.name)} can use any account.`
				: `${visible(one.bot.name)} should post as @${visible(one.handle)}.`,
		);
	}

	for (const line of doubts(wanted, flock)) {
		write.err(line);
	}

	return exitCode.done;
}

/** @throws FlockError `unknown-bot`, `bad-handle` */
function checked({bot, handle}: Written, flock: Flock): Expectation {
	return {bot: findBot(bot, flock), handle: handleOf(handle)};
}

/** The lines of a file with their numbers, without blank lines and comments (`#`). */
async function linesOf(file: string): Promise<[number: number, line: string][]> {
	const {bytes} = await readFileWithin(file, {most: largestList}).catch(error => {
		throw unusable(`${visible(file)} cannot be read: ${reasonOf(error)}.`, error);
	});
	const decoded = decodeText(bytes);
	if (decoded === null) {
		throw unusable(`${visible(file)} is not text.`);
	}

	return decoded.text
		.split(/\r\n|\n|\r/)
		.map((line, index): [number, string] => [index + 1, line.trim()])
		.filter(([, line]) => line !== '' && !line.startsWith('#'));
}

/** The pairs on the lines. If any line is wrong, reports each wrong one. @throws FlockError `expect-file` */
function checkedLines(
	lines: readonly (readonly [number, string])[],
	name: string,
	flock: Flock,
	write: Write,
): Expectation[] {
	const wanted: Expectation[] = [];
	const wrong: string[] = [];
	const bots = new Map<string, number>();
	const handles = new Map<string, number>();
	for (const [number, line] of lines) {
		try {
			const one = checked(pairOf(line), flock);
			assertNew(bots, one.bot.name, number, 'Its bot');
			assertNew(handles, handleKey(one.handle ?? ''), number, 'Its handle');
			wanted.push(one);
		} catch (error) {
			if (!(error instanceof FlockError)) {
				throw error;
			}

			const more = error.code === 'expect-file' ? '' : ` ${error.hint}`;
			wrong.push(`Line ${number}: ${error.message}${more}`);
		}
	}

	for (const sentence of wrong.slice(0, mostTold)) {
		write.err(sentence);
	}

	if (wrong.length > 0) {
		throw unusable(`Nothing was set: ${count(wrong.length, 'line')} of ${visible(name)} cannot be used.`);
	}

	if (wanted.length === 0) {
		throw unusable(`${visible(name)} names no bots.`);
	}

	return wanted;
}

/** The last word of a line is the handle, because a bot's name can have spaces. */
function pairOf(line: string): Written {
	const [, bot, handle] = /^(.*[^\s,;=])[\s,;=]+([^\s,;=]+)$/.exec(line) ?? [];
	if (bot === undefined || handle === undefined) {
		throw unusable('expected a bot and a handle.');
	}

	return {bot, handle};
}

function assertNew(seen: Map<string, number>, name: string, number: number, what: string): void {
	const before = seen.get(name);
	if (before !== undefined) {
		throw unusable(`${what} is already on line ${before}.`);
	}

	seen.set(name, number);
}

/** Warnings about expectations that were set anyway. */
function doubts(wanted: readonly Expectation[], flock: Flock): string[] {
	const set = new Set(wanted.map(({bot}) => bot.name));
	const others = Map.groupBy(
		flock.filter(({name}) => !set.has(name)),
		({expectedHandle}) => handleKey(expectedHandle ?? ''),
	);
	return wanted.flatMap(({bot, handle}) => [
		...(handle === null ? [] : (others.get(handleKey(handle)) ?? [])).map(
			other => `${visible(other.name)} should post as @${visible(handle ?? '')} as well.`,
		),
		...(speaksAsAnother({...bot, expectedHandle: handle})
			? [`${visible(bot.name)} already has a key of @${visible(bot.key?.handle ?? '')}.`]
			: []),
	]);
}

function unusable(message: string, cause?: unknown): FlockError {
	return new FlockError('expect-file', message, {
		hint: 'Write a bot and its handle on each line: harbour @harbour_poem',
		cause,
	});
}

/** The usage of `expect`. */
export const command = define({
	name: 'expect',
	arguments: ['[bot]', '[handle]'],
	summary: 'Set the account that a bot should post as, or many at once.',
	details:
		'Import gives a bot the key of its expected account; a new key of any other account waits for your decision. An empty handle ("") accepts any account.',
	options: {from: {value: 'file', help: 'read a bot and its handle from each line of a file'}},
	examples: ['keymaker expect harbour @harbour_poem', 'keymaker expect --from handles.txt'],
	needs: 'all',
	run: ({words, options}, services, write) => expect({words, ...options}, services, write),
});
