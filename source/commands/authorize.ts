import {FlockError} from '../flock/error.ts';
import {type Bot, needsKey} from '../flock/flock.ts';
import {appTail, type WantedAccess} from '../flock/key.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import {accountOf, heldSentence} from '../flock/words.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Link, Outcome} from '../keymaker/keymaker.ts';
import type {Services} from '../services.ts';
import {type Lines, openLines} from './shared/ask.ts';
import {findBots} from './shared/bots.ts';
import {cancelledError, count, exitCode, sayError, sayWarningOf, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `authorize BOT… | --missing [--access read|write] [--handle NAME] [--replace-account]` */
export type AuthorizeInput = {
	bots: readonly string[];
	/** Every bot that has a poem and no key in force. */
	missing: boolean;
	/** What X is asked for; `null` leaves it to the app's settings. */
	access: WantedAccess | null;
	/** The handle that the one bot is meant to have; `null` leaves it as it is. */
	handle: string | null;
	replaceAccount: boolean;
};

/** How it went with one bot. */
type Result = 'made' | 'held' | 'unsaved' | 'skipped' | 'failed';

/** What the steps of one command share. */
type Walk = {input: AuthorizeInput; services: Services; write: Write; lines: Lines; several: boolean};

/**
 * The flow line by line: the link alone on standard output, everything else on standard error, the PIN from
 * standard input. Exit 1 where any bot is left without a key in force from here.
 * @throws FlockError `usage`, `unknown-bot`, `cancelled`, and what asking for a link throws
 */
export async function authorize(input: AuthorizeInput, services: Services, write: Write): Promise<number> {
	const bots = await botsOf(input, services);
	if (bots.length === 0) {
		write.err('Every bot has a key.');
		return exitCode.done;
	}

	if (input.handle !== null) {
		await services.keymaker.expectHandle(bots[0]?.name ?? '', input.handle);
	}

	if (services.keystore.isShared) {
		// A flock that is new there: from here on the terminal is the PIN's.
		await services.keystore.askPassphrase();
	}

	sayWarningOf(services.x, write);
	const lines = openLines(write);
	const walk: Walk = {input, services, write, lines, several: bots.length > 1};
	const results = new Map<string, Result>();
	try {
		for (const {name} of bots) {
			const result = await authorizeOne(name, walk);
			if (result === 'ended') {
				break;
			}

			results.set(name, result);
		}
	} finally {
		lines.close();
		const lost = services.keymaker.unsaved();
		if (lost.length > 0) {
			write.err(`Not saved, and lost now: the key of ${lost.map(visible).join(', ')}. Authorize again.`);
		}

		if (walk.several) {
			saySummary(bots, results, write);
		}
	}

	return bots.every(({name}) => results.get(name) === 'made') ? exitCode.done : exitCode.failed;
}

async function botsOf({bots, missing, handle}: AuthorizeInput, services: Services): Promise<Bot[]> {
	if (missing === bots.length > 0) {
		throw new FlockError('usage', missing ? 'Name bots or say --missing, not both.' : 'Which bot?', {
			hint: 'keymaker authorize BOT… or keymaker authorize --missing',
		});
	}

	if (handle !== null && (missing || new Set(bots).size > 1)) {
		throw new FlockError('usage', '--handle names the account of one bot.', {
			hint: 'Authorize that bot by itself: keymaker authorize BOT --handle NAME',
		});
	}

	const {flock} = await readFlock(services);
	return missing ? flock.filter(needsKey) : findBots(bots, flock);
}

/** Takes one bot through; `ended` where the input is over before a PIN came. */
async function authorizeOne(bot: string, walk: Walk): Promise<Result | 'ended'> {
	const {services, write, lines, several} = walk;
	let link = await firstLink(bot, walk);
	if (link === null) {
		return 'failed';
	}

	for (;;) {
		const others = several ? ', s for the next bot' : '';
		write.err(`Paste the PIN for ${visible(bot)} and press enter (n for a new link${others}):`);
		const line = await lines.next();
		if (line === null) {
			services.keymaker.drop(link);
			write.err(`The input ended before a PIN for ${visible(bot)} came: no key was made.`);
			return 'ended';
		}

		if (several && line.trim() === 's') {
			services.keymaker.drop(link);
			return 'skipped';
		}

		if (line.trim() === 'n') {
			link = await newLink(bot, walk);
			continue;
		}

		try {
			return await finish(await submit(link, line, walk), walk);
		} catch (error) {
			if (!(error instanceof FlockError) || error.code === 'cancelled') {
				throw error;
			}

			sayError(error, write);
			if (!services.keymaker.isAlive(link)) {
				link = await newLink(bot, walk);
			}
		}
	}
}

/** The bot's first link; `null` where this bot cannot have one now and the next one may. */
async function firstLink(bot: string, walk: Walk): Promise<Link | null> {
	const {services, write, several} = walk;
	let link: Link;
	try {
		link = await requestLink(bot, walk);
	} catch (error) {
		if (several && error instanceof FlockError && error.code === 'held') {
			sayError(error, write);
			return null;
		}

		throw error;
	}

	const account = link.expectedHandle === null ? '' : `, signed in as @${visible(link.expectedHandle)}`;
	write.err(`${visible(bot)}: open this link in a private window${account}, and press Authorize app there.`);
	write.err(`The app is ${appTail(link.app.consumerKey)}, from ${placeOf(link)}.`);
	write.out(link.url);
	if (write.interactive && services.desktop.whyNotOpen === null) {
		write.err((await services.desktop.open(link.url)).sentence);
	}

	return link;
}

async function newLink(bot: string, walk: Walk): Promise<Link> {
	const link = await requestLink(bot, walk);
	walk.write.err(`A new link for ${visible(bot)}; the earlier one and its PIN are void:`);
	walk.write.out(link.url);
	return link;
}

function requestLink(bot: string, {input, services, write}: Walk): Promise<Link> {
	return services.keymaker.requestLink(bot, {access: input.access ?? undefined, signal: write.signal});
}

function submit(link: Link, line: string, {input, services, write}: Walk): Promise<Outcome> {
	return services.keymaker.submitPin(link, line, {
		replaceAccount: input.replaceAccount,
		signal: write.signal,
	});
}

/** Says what became of the PIN. @throws FlockError `cancelled` where Ctrl-C came while X was asked */
async function finish(first: Outcome, {services, write, lines}: Walk): Promise<Result> {
	let outcome = first;
	const bot = visible(outcome.bot);
	if (outcome.kind === 'unsaved' && !write.interactive) {
		// Nobody can be asked; what has failed once may have been of that moment.
		outcome = await savedAgain(outcome, services);
	}

	while (outcome.kind === 'unsaved') {
		sayError(outcome.error, write);
		write.err(`X has given the key of ${accountOf(outcome.key)}, but it is in memory only.`);
		write.err(`The keystore is ${visible(services.keystore.path)}.`);
		if (!write.interactive) {
			write.err(`Mend that, and run again: keymaker authorize ${shellWord(outcome.bot)}`);
			return 'unsaved';
		}

		write.err('Mend that and press enter to save it (q gives it up):');
		const line = await lines.next();
		if (line === null || line.trim() === 'q') {
			return 'unsaved';
		}

		outcome = await savedAgain(outcome, services);
	}

	if (outcome.kind === 'saved') {
		write.err(`${bot}: the key of ${accountOf(outcome.key)} is saved.`);
	} else {
		const word = shellWord(outcome.bot);
		write.err(`${bot}: ${heldSentence(outcome.key, outcome.reason, outcome.otherBot)} The key is held.`);
		const named = `${word} --handle ${shellWord(outcome.key.handle)}`;
		write.err(`  keymaker keep ${named} puts it in force, keymaker discard ${named} removes it.`);
	}

	if (write.signal.aborted) {
		throw cancelledError();
	}

	return outcome.kind === 'saved' ? 'made' : 'held';
}

async function savedAgain(outcome: Outcome, {keymaker}: Services): Promise<Outcome> {
	const outcomes = await keymaker.retrySave(outcome.bot);
	return outcomes.find(({tokenId}) => tokenId === outcome.tokenId) ?? outcome;
}

function placeOf({app}: Link): string {
	return {environment: 'the environment', '.env': '.env', setup: 'the setup screen', practice: 'practice'}[
		app.from
	];
}

function saySummary(bots: readonly Bot[], results: ReadonlyMap<string, Result>, write: Write): void {
	const named = (result: Result | undefined) =>
		bots.filter(({name}) => results.get(name) === result).map(({name}) => visible(name));
	const parts: [string[], string][] = [
		[named('made'), 'made'],
		[named('held'), 'held'],
		[named('unsaved'), 'not saved'],
		[named('skipped'), 'skipped'],
		[named('failed'), 'failed'],
		[named(undefined), 'not done'],
	];
	const said = parts
		.filter(([names]) => names.length > 0)
		.map(([names, word]) => (word === 'made' ? `${names.length} made` : `${word}: ${names.join(', ')}`));
	write.err(`${count(bots.length, 'bot')}: ${said.join('; ')}.`);
}

/** How `authorize` is called. */
export const command = define({
	name: 'authorize',
	arguments: ['[bot...]'],
	summary: 'Make keys line by line: print each link, read its PIN from standard input.',
	options: {
		missing: {help: 'authorize every bot without a key'},
		access: {
			value: 'level',
			choices: ['read', 'write'],
			help: 'access to ask X for (default: what the app’s settings say)',
		},
		handle: {value: 'name', help: 'expect this account'},
		'replace-account': {help: 'keep another account than the expected one, unless another bot posts as it'},
	},
	examples: ['keymaker authorize harbour --handle harbour_poem', 'keymaker authorize --missing'],
	needs: 'all',
	run: ({words, options: {'replace-account': replaceAccount, ...options}}, services, write) =>
		authorize({bots: words, replaceAccount, ...options}, services, write),
});
