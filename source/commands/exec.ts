import {FlockError} from '../flock/error.ts';
import type {Bot} from '../flock/flock.ts';
import {visible} from '../flock/visible.ts';
import type {AppInUse} from '../keymaker/app-key.ts';
import {readFlock} from '../keymaker/flock.ts';
import {appKeyFor, heldError, noKeyError} from '../keymaker/in-force.ts';
import type {Services} from '../services.ts';
import {findBot} from './shared/bots.ts';
import {
	codeOfSignal,
	type Program,
	passSignalsOn,
	type Running,
	runByLines,
	runDirectly,
} from './shared/child.ts';
import {childEnvironment, type Variables} from './shared/child-environment.ts';
import {count, exitCode, sayError, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `exec BOT -- COMMAND…` or `exec --all [--jobs N] -- COMMAND…` */
export type ExecInput = {
	/** The bot, or all with a poem and an active key. */
	bot: string | {all: true; jobs: number};
	/** A file to take its key from, relative to the current folder; else the keystore. */
	from?: string | null;
	/** The program and its arguments; at least the program. */
	command: readonly string[];
	/** The environment that this process was started with. */
	env: Variables;
};

/** What running a program for a bot needs, besides the bot. */
type Work = {input: ExecInput; services: ExecServices; app: AppInUse; write: Write};

/** The services that `exec` needs. */
export type ExecServices = Pick<
	Services,
	'poems' | 'keystore' | 'appSource' | 'practice' | 'cwd' | 'identity'
>;

/**
 * Runs a program with a bot's key in its environment, and returns its exit code.
 * @throws FlockError `usage`, `unknown-bot`, `no-key`, `held`, `other-app`, `bad-app-key`, `keystore-…`
 */
export async function exec(input: ExecInput, services: ExecServices, write: Write): Promise<number> {
	if (input.command.length === 0) {
		throw new FlockError('usage', 'Which program?', {hint: 'keymaker exec BOT -- COMMAND…'});
	}

	if (input.from) {
		const {grantFrom} = await import('./shared/exec-from.ts');
		const grant = await grantFrom(input.from, oneBotOf(input), services);
		return runOne(
			{command: input.command, env: childEnvironment(input.env, grant), cwd: services.cwd},
			write,
		);
	}

	const {flock, app, others} = await readFlock(services);
	const work: Work = {input, services, app, write};
	if (typeof input.bot !== 'string') {
		const bots = flock.filter(bot => bot.status !== 'orphan' && bot.key !== null);
		const {jobs} = input.bot;
		return passSignalsOn(running => execAll(bots, jobs, running, work));
	}

	const bot = findBot(input.bot, flock, others);
	return runOne(await programOf(bot, work), write);
}

function oneBotOf({bot}: ExecInput): string {
	if (typeof bot !== 'string') {
		throw new FlockError('usage', '--from runs a program for only one bot.', {
			hint: 'keymaker exec --from FILE BOT -- COMMAND…',
		});
	}

	return bot;
}

async function runOne(program: Program, write: Write): Promise<number> {
	write.handOver('restored');
	const {code, problem} = await passSignalsOn(running => runDirectly(program, running));
	if (problem !== null) {
		write.err(problem);
	}

	return code;
}

/** Runs the program for every bot, several at a time. Exits with 1 if any failed. */
async function execAll(bots: readonly Bot[], jobs: number, running: Running, work: Work): Promise<number> {
	const {write} = work;
	if (!Number.isInteger(jobs) || jobs < 1) {
		throw new FlockError('usage', '--jobs must be a whole number, 1 or more.', {
			hint: 'Without it, one bot runs at a time.',
		});
	}

	const queue = [...bots];
	const failed: string[] = [];
	let ended = 0;

	const isStopped = () => write.signal.aborted || running.endedBy !== null;

	async function worker(): Promise<void> {
		for (let bot = queue.shift(); bot !== undefined && !isStopped(); bot = queue.shift()) {
			const problem = await execLabelled(bot, running, work);
			ended += 1;
			if (problem !== null) {
				failed.push(`${visible(bot.name)} (${problem})`);
			}
		}
	}

	await Promise.all(Array.from({length: Math.min(jobs, bots.length)}, worker));
	const unrun = bots.length - ended;
	const parts = [`${ended - failed.length} done`];
	if (failed.length > 0) {
		parts.push(`${failed.length} failed: ${failed.join(', ')}`);
	}

	if (unrun > 0) {
		parts.push(`${unrun} not run`);
	}

	write.err(`${count(bots.length, 'bot')}: ${parts.join('; ')}.`);
	if (isStopped()) {
		return running.endedBy === null ? exitCode.interrupted : codeOfSignal(running.endedBy);
	}

	return failed.length === 0 ? exitCode.done : exitCode.failed;
}

/** Runs the program for one of several bots, with labelled lines. Returns why it failed, or `null`. */
async function execLabelled(bot: Bot, running: Running, work: Work): Promise<string | null> {
	const {write} = work;
	const label = `${visible(bot.name)} | `;
	// A line too long to keep is passed on in pieces.
	const goingOn = `${visible(bot.name)} + `;
	let program: Program;
	try {
		program = await programOf(bot, work);
	} catch (error) {
		if (!(error instanceof FlockError)) {
			throw error;
		}

		sayError(error, write);
		return error.code;
	}

	write.handOver('restored');
	const {code, problem} = await runByLines(
		program,
		running,
		(text, goesOn) => write.out((goesOn ? goingOn : label) + text),
		(text, goesOn) => write.err((goesOn ? goingOn : label) + text),
	);
	if (problem !== null) {
		write.err(label + problem);
	}

	return code === 0 ? null : `exit ${code}`;
}

async function programOf(bot: Bot, {input, services, app, write}: Work): Promise<Program> {
	const {keystore, practice, cwd} = services;
	const key = (await keystore.get(bot.name))?.key ?? null;
	if (key === null) {
		throw bot.held.length === 0 ? noKeyError(bot.name) : heldError(bot.name, bot.held);
	}

	const appKey = await appKeyFor(bot.name, key, keystore, app);
	if (appKey instanceof FlockError) {
		throw appKey;
	}

	if (bot.status === 'rejected') {
		write.err(`X rejected ${visible(bot.name)}’s key when last checked. Using it anyway.`);
	} else if (bot.status === 'read-only') {
		write.err(`${visible(bot.name)}’s key is read-only. Using it anyway.`);
	}

	if (bot.poem?.leadsTo !== undefined) {
		write.err(
			`${visible(bot.name)}’s poem is a link to ${visible(bot.poem.leadsTo)}, outside the folder of poems, so KEYMAKER_POEM is not set.`,
		);
	}

	return {command: input.command, env: childEnvironment(input.env, {bot, key, appKey, practice}), cwd};
}

/** The usage of `exec`. */
export const command = define({
	name: 'exec',
	arguments: ['[bot]', '--', '[command...]'],
	summary: 'Run a program with a bot’s key in its environment.',
	options: {
		all: {help: 'run it for every bot with a key'},
		from: {value: 'file', help: 'take the key from a file, such as one sealed to this host'},
		jobs: {value: 'number', default: '1', help: 'how many to run at a time, with --all'},
	},
	examples: [
		'keymaker exec harbour -- node bot.js',
		'keymaker exec --all --jobs 4 -- node bot.js',
		'keymaker exec --from bots.age harbour -- node bot.js',
	],
	needs: 'reading',
	unattended: true,
	run({words, options: {all, jobs, from}, env}, services, write) {
		const [bot = '', ...command] = words;
		const input = all ? {bot: {all, jobs: Number(jobs)}, command: words} : {bot, command};
		return exec({...input, from, env}, services, write);
	},
});
