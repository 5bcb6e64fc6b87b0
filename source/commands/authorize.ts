import type {Delivery, Listening} from '../desktop/callback.ts';
import {FlockError} from '../flock/error.ts';
import {type Bot, needsKey} from '../flock/flock.ts';
import {appTail, type WantedAccess} from '../flock/key.ts';
import {shellWord} from '../flock/shell-word.ts';
import {visible} from '../flock/visible.ts';
import {accountOf, deniedSentence, heldSentence} from '../flock/words.ts';
import {requestCallingLink} from '../keymaker/calling-link.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Link, Outcome} from '../keymaker/keymaker.ts';
import type {Services} from '../services.ts';
import {openLines, type PatientLines, patient} from './shared/ask.ts';
import {findBots} from './shared/bots.ts';
import {cancelledError, count, exitCode, sayError, sayWarningOf, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {waitingSentence} from './shared/waiting.ts';

/** `authorize BOT… | --missing [--access read|write] [--handle NAME] [--replace-account]` */
export type AuthorizeInput = {
	bots: readonly string[];
	/** Every bot that has a poem and no active key. */
	missing: boolean;
	/** The access to ask X for; `null` leaves it to the app's settings. */
	access: WantedAccess | null;
	/** The handle that the one bot should have; `null` leaves it unchanged. */
	handle: string | null;
	replaceAccount: boolean;
};

/** The result for one bot. */
type Result = 'made' | 'held' | 'waiting' | 'unsaved' | 'skipped' | 'failed';

/** What the steps of one command share. */
type Walk = {
	input: AuthorizeInput;
	services: Services;
	write: Write;
	lines: PatientLines;
	several: boolean;
	/** The port on which X's answer is waited for; `null` where X is to show PINs, or does all the same. */
	port: number | null;
	/** True once it was said why X shows PINs all the same. */
	told: boolean;
};

/** A link, and what is listened on for its answer. */
type Asked = {link: Link; listening: Listening | null; delivery: Promise<Delivery | null> | null};

/**
 * The flow line by line: only the link on standard output, everything else on standard error, the PIN from
 * standard input. Exits with 1 if it leaves any bot without an active key.
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
	const lines = patient(openLines(write));
	const port = await portOf(services);
	const walk: Walk = {input, services, write, lines, several: bots.length > 1, port, told: false};
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
			write.err(`Lost without being saved: the key of ${lost.map(visible).join(', ')}. Authorize again.`);
		}

		if (walk.several) {
			saySummary(bots, results, write);
		}
	}

	return bots.every(({name}) => results.get(name) === 'made') ? exitCode.done : exitCode.failed;
}

async function botsOf({bots, missing, handle}: AuthorizeInput, services: Services): Promise<Bot[]> {
	if (missing === bots.length > 0) {
		throw new FlockError('usage', missing ? 'Name bots or use --missing, not both.' : 'Which bot?', {
			hint: 'keymaker authorize BOT… or keymaker authorize --missing',
		});
	}

	if (handle !== null && (missing || new Set(bots).size > 1)) {
		throw new FlockError('usage', '--handle works with one bot only.', {
			hint: 'Authorize that bot alone: keymaker authorize BOT --handle NAME',
		});
	}

	const {flock} = await readFlock(services);
	return missing ? flock.filter(needsKey) : findBots(bots, flock);
}

/** Authorizes one bot; `ended` if the input ends before a PIN. */
async function authorizeOne(bot: string, walk: Walk): Promise<Result | 'ended'> {
	const {services, write, lines, several} = walk;
	const first = await firstLink(bot, walk);
	if (first === null) {
		return 'failed';
	}

	let asked = first;
	try {
		return await answerOf();
	} finally {
		asked.listening?.close();
	}

	async function renew() {
		asked.listening?.close();
		asked = await newLink(bot, walk);
	}

	async function answerOf(): Promise<Result | 'ended'> {
		for (;;) {
			const {link, listening, delivery} = asked;
			const others = several ? ', s for the next bot' : '';
			write.err(
				listening === null
					? `Paste the PIN for ${visible(bot)} and press enter (n for a new link${others}):`
					: `Waiting for the browser; or paste the address that it shows, and press enter (n for a new link${others}):`,
			);
			const line = await (delivery === null ? lines.next() : Promise.race([delivery, lines.peek()]));
			if (typeof line === 'object' && line !== null) {
				const result = await delivered(line, asked, walk);
				if (result !== null) {
					return result;
				}

				await renew();
				continue;
			}

			lines.taken();
			if (line === null) {
				services.keymaker.drop(link);
				write.err(`The input ended before a PIN for ${visible(bot)}. No key was made.`);
				return 'ended';
			}

			if (several && line.trim() === 's') {
				services.keymaker.drop(link);
				return 'skipped';
			}

			if (line.trim() === 'n') {
				await renew();
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
					await renew();
				}
			}
		}
	}
}

/** The bot's first link; `null` if this bot cannot have one now but the next one may. */
async function firstLink(bot: string, walk: Walk): Promise<Asked | null> {
	const {services, write, several} = walk;
	let asked: Asked;
	try {
		asked = await requestLink(bot, walk);
	} catch (error) {
		if (several && error instanceof FlockError && error.code === 'held') {
			sayError(error, write);
			return null;
		}

		throw error;
	}

	const {link} = asked;
	const account = link.expectedHandle === null ? '' : `, signed in as @${visible(link.expectedHandle)}`;
	write.err(`${visible(bot)}: open this link in a private window${account}, and press Authorize app.`);
	write.err(`The app is ${appTail(link.app.consumerKey)}, from ${placeOf(link)}.`);
	write.out(link.url);
	if (write.interactive && services.desktop.whyNotOpen === null) {
		write.err((await services.desktop.openLink(link.url)).sentence);
	}

	return asked;
}

async function newLink(bot: string, walk: Walk): Promise<Asked> {
	const asked = await requestLink(bot, walk);
	walk.write.err(`Here is a new link for ${visible(bot)}; the old one no longer works:`);
	walk.write.out(asked.link.url);
	return asked;
}

/** Asks for a link; where X cannot call back, for one that shows a PIN, which is said once. */
async function requestLink(bot: string, walk: Walk): Promise<Asked> {
	const {input, services, write} = walk;
	const {link, listening, pinInstead} = await requestCallingLink(services, bot, walk.port, {
		access: input.access ?? undefined,
		signal: write.signal,
	});
	if (pinInstead !== null && !walk.told) {
		write.err(`${pinInstead.message} X shows a PIN instead.`);
		write.err(`  ${pinInstead.hint}`);
		walk.told = true;
	}

	if (link.pinInstead !== null) {
		// X would refuse the next one, too.
		walk.port = null;
	}

	return {link, listening, delivery: listening?.expect(link.id) ?? null};
}

/** The port that the person gave, else the one that was saved with the app. */
async function portOf({callbackPort, appSource}: Services): Promise<number | null> {
	const source = await appSource();
	const saved = source instanceof FlockError ? null : (source?.callbackPort ?? null);
	return callbackPort === 'never' ? null : (callbackPort ?? saved);
}

/** Takes in what the browser has brought; `null` where the bot needs a new link. */
async function delivered(delivery: Delivery, {link, listening}: Asked, walk: Walk): Promise<Result | null> {
	const {input, services, write} = walk;
	const {bot} = link;
	if (delivery.kind === 'denied') {
		listening?.say(deniedSentence(bot));
		write.err(deniedSentence(bot));
		return null;
	}

	try {
		const {replaceAccount} = input;
		const say = (sentence: string) => listening?.say(sentence);
		const options = {replaceAccount, signal: write.signal};
		const outcome = await services.keymaker.submitDelivered(link, delivery.verifier, say, options);
		return outcome.kind === 'held' && outcome.reason === 'by-callback'
			? await decide(outcome, walk)
			: await finish(outcome, walk);
	} catch (error) {
		if (!(error instanceof FlockError) || error.code === 'cancelled') {
			throw error;
		}

		sayError(error, write);
		return null;
	}
}

/** Asks whether an account that nobody expected is the bot's: any user of this computer could have brought it. */
async function decide(outcome: Outcome & {kind: 'held'}, walk: Walk): Promise<Result | null> {
	const {services, write, lines} = walk;
	const {bot, key, tokenId} = outcome;
	write.err(`${visible(bot)}: ${heldSentence(key, outcome.reason, outcome.otherBot)}`);
	write.err('Press enter to keep it (d discards it and gets a new link):');
	const line = await lines.next();
	switch (line?.trim()) {
		case '':
		case 'k':
			await services.keymaker.keep(bot, tokenId);
			write.err(`${visible(bot)}: saved the key of ${accountOf(key)}.`);
			return 'made';
		case 'd':
			await services.keymaker.discard(bot, tokenId);
			return null;
		default:
			return finish(outcome, walk);
	}
}

function submit(link: Link, line: string, {input, services, write}: Walk): Promise<Outcome> {
	return services.keymaker.submitPin(link, line, {
		replaceAccount: input.replaceAccount,
		signal: write.signal,
	});
}

/** Prints the PIN's result. @throws FlockError `cancelled` if Ctrl-C came while X was asked */
async function finish(first: Outcome, {services, write, lines}: Walk): Promise<Result> {
	let outcome = first;
	const bot = visible(outcome.bot);
	if (outcome.kind === 'unsaved' && !write.interactive) {
		// Nobody can be asked. The failure may have been temporary.
		outcome = await savedAgain(outcome, services);
	}

	while (outcome.kind === 'unsaved') {
		sayError(outcome.error, write);
		if (outcome.waits) {
			write.err(waitingSentence(outcome, services.keystore));
			return 'waiting';
		}

		write.err(`X gave the key of ${accountOf(outcome.key)}, but it is not saved yet.`);
		write.err(`The keystore is ${visible(services.keystore.path)}.`);
		if (!write.interactive) {
			write.err(`Fix that and run keymaker authorize ${shellWord(outcome.bot)} again.`);
			return 'unsaved';
		}

		write.err('Fix that and press enter to save the key (q discards it):');
		const line = await lines.next();
		if (line === null || line.trim() === 'q') {
			return 'unsaved';
		}

		outcome = await savedAgain(outcome, services);
	}

	if (outcome.kind === 'saved') {
		write.err(`${bot}: saved the key of ${accountOf(outcome.key)}.`);
	} else {
		const word = shellWord(outcome.bot);
		write.err(
			`${bot}: ${heldSentence(outcome.key, outcome.reason, outcome.otherBot)} The key waits for your decision.`,
		);
		const named = `${word} --handle ${shellWord(outcome.key.handle)}`;
		write.err(`  Run keymaker keep ${named} to use it, or keymaker discard ${named} to remove it.`);
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
		[named('waiting'), 'waiting to be saved'],
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

/** The usage of `authorize`. */
export const command = define({
	name: 'authorize',
	arguments: ['[bot...]'],
	summary: 'Make keys line by line: print each link and read its PIN from standard input.',
	options: {
		missing: {help: 'authorize every bot without a key'},
		access: {
			value: 'level',
			choices: ['read', 'write'],
			help: 'access to ask X for (default: what the app’s settings say)',
		},
		handle: {value: 'name', help: 'expect this account'},
		'replace-account': {help: 'accept a different account, unless another bot uses it'},
	},
	examples: ['keymaker authorize harbour --handle harbour_poem', 'keymaker authorize --missing'],
	needs: 'all',
	run: ({words, options: {'replace-account': replaceAccount, ...options}}, services, write) =>
		authorize({bots: words, replaceAccount, ...options}, services, write),
});
