import {errorLabel} from '../flock/error.ts';
import {type Bot, type Status, statusOf} from '../flock/flock.ts';
import {statusGlyphs} from '../flock/glyph.ts';
import type {KeyInfo} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';
import {accountOf, statusWords} from '../flock/words.ts';
import {type CheckResult, checkKeys} from '../keymaker/check.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Services} from '../services.ts';
import {findBots} from './shared/bots.ts';
import {count, exitCode, sayWarningOf, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {safeJson} from './shared/json.ts';
import {drawing} from './shared/words.ts';

/** `check [BOT…] [--json]`; no bots: all that have a poem and a key in force. */
export type CheckInput = {bots: readonly string[]; json: boolean};

/** What X takes for a user read, in dollars, by its published list. */
const dollarsPerCall = 0.01;

/** A pause that X wants is waited out up to this long. */
const longestPauseMinutes = 15;

/**
 * Asks X who each key is, and records what it says. Exit 1 where any is not ready.
 * @throws FlockError `unknown-bot`, `keystore-…`
 */
export async function check(
	{bots: names, json}: CheckInput,
	services: Services,
	write: Write,
): Promise<number> {
	const {flock} = await readFlock(services);
	const bots =
		names.length > 0 ? findBots(names, flock) : flock.filter(bot => bot.poem !== null && bot.key !== null);
	const byName = new Map(bots.map(bot => [bot.name, bot]));
	const calls = bots.filter(bot => bot.key !== null && bot.status !== 'other-app').length;
	sayWarningOf(services.x, write);
	sayBeforehand(calls, write);

	const checked: Checked[] = [];
	await checkKeys([...byName.keys()], services, {
		signal: write.signal,
		onResult(result) {
			const bot = byName.get(result.bot);
			if (bot === undefined) {
				return;
			}

			const status = statusNow(bot, result.key);
			checked.push({...result, status});
			if (!json) {
				write.progress(null);
				sayResult(result, status, write);
			}

			write.progress(drawing(progressBar(checked.length, bots.length, write.columns), write));
		},
		onWait(until) {
			write.progress(null);
			return sayPause(until, services.now(), write);
		},
	});
	write.progress(null);

	if (json) {
		const results = new Map(checked.map(result => [result.bot, result]));
		write.out(safeJson(bots.flatMap(({name}) => results.get(name) ?? []).map(row)));
	}

	return bots.length === 0 ? exitCode.done : conclude(checked, bots.length, write);
}

type Checked = CheckResult & {status: Status};

/** One result as `check --json` gives it: the contract with scripts. */
function row({bot, status, key, renamedFrom, error}: Checked) {
	return {
		bot,
		status,
		handle: key?.handle || null,
		renamedFrom: renamedFrom || null,
		userId: key?.userId ?? null,
		accessLevel: key?.accessLevel ?? null,
		checkedAt: key?.checkedAt ?? null,
		error: error && {
			code: error.code,
			message: error.message,
			hint: error.hint,
			status: error.status,
			xCode: error.xCode,
		},
	};
}

/** The bot's status with what X has just said of its key. */
function statusNow(bot: Bot, key: KeyInfo | null): Status {
	const apps = new Set(key === null || bot.status === 'other-app' ? [] : [key.consumerKey]);
	return statusOf(bot.poem, {wantedAccess: bot.wantedAccess, key, held: bot.held}, apps);
}

function sayBeforehand(calls: number, write: Write): void {
	if (calls === 0) {
		write.err('There is no key to ask X about.');
		return;
	}

	const price = `about $${dollarsPerCall.toFixed(3)} each, $${(calls * dollarsPerCall).toFixed(2)} in all`;
	write.err(`Asking X about ${count(calls, 'key')}: ${count(calls, 'call')}, which X bills (${price}).`);
}

function sayResult({bot, key, renamedFrom, error}: CheckResult, status: Status, write: Write): void {
	const glyph = drawing(statusGlyphs[status], write);
	const account = key === null ? drawing('—', write) : accountOf(key);
	const renamed = renamedFrom === null || renamedFrom === '' ? '' : `, was @${visible(renamedFrom)}`;
	const access = key?.accessLevel == null ? '' : `, ${key.accessLevel}`;
	write.out(`${glyph} ${visible(bot)}  ${account}  ${statusWords[status]}${renamed}${access}`);
	if (error !== null) {
		write.out(`    ${visible(error.message)} ${visible(error.hint)} (${errorLabel(error)})`);
	}
}

/** Says that X wants a pause; true where it is waited out. */
function sayPause(until: number, now: number, write: Write): boolean {
	const minutes = Math.ceil((until - now) / 60_000);
	const time = new Date(until).toISOString().slice(11, 16);
	if (minutes > longestPauseMinutes) {
		write.err(`X wants a pause of ${count(minutes, 'minute')}. Run the check again after ${time} UTC.`);
		return false;
	}

	write.err(
		`X wants a pause of ${count(Math.max(1, minutes), 'minute')}: waiting until ${time} UTC. Ctrl-C stops and keeps what was learnt.`,
	);
	return true;
}

/** `█████░░░░░ 12 of 24`, as wide as there is room for. */
function progressBar(done: number, all: number, columns: number): string {
	const figures = ` ${done} of ${all}`;
	const width = Math.max(0, Math.min(40, columns - figures.length - 1));
	const full = Math.round((width * done) / all);
	return `${'█'.repeat(full)}${'░'.repeat(width - full)}${figures}`;
}

function conclude(checked: readonly Checked[], all: number, write: Write): number {
	const ready = checked.filter(({status, error}) => status === 'ready' && error === null).length;
	const left = all - checked.length;
	const unasked = left === 0 ? '' : `, ${left} not asked`;
	const what = `${count(checked.length, 'bot')} checked: ${ready} ready, ${checked.length - ready} not${unasked}.`;
	if (write.signal.aborted) {
		write.err(`Stopped. ${what} What was learnt is kept.`);
		return exitCode.interrupted;
	}

	write.err(what);
	return ready === all ? exitCode.done : exitCode.failed;
}

/** How `check` is called. */
export const command = define({
	name: 'check',
	arguments: ['[bot...]'],
	summary: 'Asks X who each key is. X bills each answer.',
	options: {json: {help: 'print JSON for a program to read'}},
	examples: ['keymaker check', 'keymaker check harbour --json'],
	needs: 'all',
	run: ({words, options}, services, write) => check({bots: words, ...options}, services, write),
});
