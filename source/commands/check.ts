import {moment, timeLeft, withTimeLeft} from '../flock/duration.ts';
import {errorLabel, FlockError} from '../flock/error.ts';
import {type Bot, countStatuses, type Status, statusOf} from '../flock/flock.ts';
import {statusGlyphs} from '../flock/glyph.ts';
import type {KeyInfo} from '../flock/key.ts';
import {visible} from '../flock/visible.ts';
import {columnsOf, pad} from '../flock/width.ts';
import {accountOf, countsInWords, drawnStatusWords, statusWords} from '../flock/words.ts';
import {type CheckResult, checkKeys, dollarsPerCall} from '../keymaker/check.ts';
import {readFlock} from '../keymaker/flock.ts';
import type {Services} from '../services.ts';
import {findBots} from './shared/bots.ts';
import {inStatus} from './shared/colour.ts';
import {count, exitCode, sayWarningOf, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {safeJson} from './shared/json.ts';
import {drawing} from './shared/words.ts';

/** `check [BOT…] [--json]`; without bots, all with a poem and an active key. */
export type CheckInput = {bots: readonly string[]; json: boolean};

/**
 * Asks X who each key is, and saves the answers. Exits with 1 if any key is not ready.
 * @throws FlockError `unknown-bot`, `keystore-…`
 */
export async function check(
	{bots: names, json}: CheckInput,
	services: Services,
	write: Write,
): Promise<number> {
	const {flock} = await readFlock(services);
	const bots =
		names.length > 0
			? findBots(names, flock)
			: flock.filter(bot => bot.status !== 'orphan' && bot.key !== null);
	const byName = new Map(bots.map(bot => [bot.name, bot]));
	const calls = bots.filter(bot => bot.key !== null && bot.status !== 'other-app').length;
	sayWarningOf(services.x, write);
	sayBeforehand(calls, write);

	const checked: Checked[] = [];
	const widths = {name: widestOf(bots, nameOf), account: widestOf(bots, bot => accountsIn(bot, write))};
	let ticking: NodeJS.Timeout | undefined;
	await checkKeys([...byName.keys()], services, {
		signal: write.signal,
		onResult(result) {
			clearInterval(ticking);
			const bot = byName.get(result.bot);
			if (bot === undefined) {
				return;
			}

			const status = statusNow(bot, result.key);
			checked.push({...result, status});
			if (!json) {
				write.progress(null);
				sayResult(result, status, widths, services.now(), write);
			}

			write.progress(drawing(progressBar(checked.length, bots.length, write.columns), write));
		},
		onWait(until) {
			write.progress(null);
			const goesOn = withTimeLeft(
				`keymaker continues ${moment(until, services.now())}.`,
				until,
				services.now(),
			);
			write.err(`X’s rate limit is reached. ${goesOn} Press Ctrl-C to stop and keep the results.`);
			ticking = setInterval(() => write.progress(timeLeft(until, services.now())), 1000);
		},
	}).finally(() => {
		clearInterval(ticking);
		write.progress(null);
	});

	if (json) {
		const reached = limitOf(checked);
		const results = new Map(checked.map(result => [result.bot, result]));
		write.out(safeJson(bots.map(bot => row(results.get(bot.name) ?? unasked(bot, reached)))));
	}

	return bots.length === 0 ? exitCode.done : conclude(checked, bots, services.now(), write);
}

type Checked = CheckResult & {status: Status};

/** A bot that X was not asked about: what is known of it, and why nothing is new. */
function unasked({name, status, key}: Bot, reached: FlockError | null): Checked {
	const sentence = `${visible(name)} was not checked.`;
	const error =
		reached === null
			? new FlockError('cancelled', sentence, {hint: 'Run the check again.'})
			: new FlockError(reached.code, `${sentence} ${reached.message}`, {
					hint: reached.hint,
					...(reached.retryAt === null ? {} : {retryAt: reached.retryAt}),
				});
	return {bot: name, status, key, renamedFrom: null, error};
}

/** The X limit that stopped the check; `null` if none did. */
function limitOf(checked: readonly Checked[]): FlockError | null {
	return (
		checked.findLast(({error}) => error?.limit === 'window' || error?.limit === 'app-day')?.error ?? null
	);
}

/** A result for `check --json`, the contract with scripts. */
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
			...(error.retryAt === null ? {} : {retryAt: new Date(error.retryAt).toISOString()}),
		},
	};
}

/** The bot's status after X's answer. */
function statusNow(bot: Bot, key: KeyInfo | null): Status {
	const apps = new Set(key === null || bot.status === 'other-app' ? [] : [key.consumerKey]);
	return statusOf(bot.status !== 'orphan', {wantedAccess: bot.wantedAccess, key, held: bot.held}, apps);
}

function sayBeforehand(calls: number, write: Write): void {
	if (calls === 0) {
		write.err('No keys to check.');
		return;
	}

	write.err(
		`Checking ${count(calls, 'key')} with X: ${count(calls, 'call')}, billed about $${(calls * dollarsPerCall).toFixed(2)}.`,
	);
}

/** The widths of the names' and accounts' columns. */
type Widths = {name: number; account: number};

const nameOf = ({name}: Bot) => visible(name);

function accountsIn({key}: Pick<Bot, 'key'>, write: Write): string {
	return key === null ? drawing('—', write) : accountOf(key);
}

function widestOf(bots: readonly Bot[], text: (bot: Bot) => string): number {
	return Math.max(0, ...bots.map(bot => columnsOf(text(bot))));
}

function sayResult(
	{bot, key, renamedFrom, error}: CheckResult,
	status: Status,
	widths: Widths,
	now: number,
	write: Write,
): void {
	const glyph = inStatus(status, drawing(statusGlyphs[status], write), write);
	const account = accountsIn({key}, write);
	// X may have named another account than before.
	const space = ' '.repeat(Math.max(0, widths.account - columnsOf(account)));
	const word = (write.seen ? drawnStatusWords : statusWords)[status];
	const renamed = renamedFrom === null || renamedFrom === '' ? '' : `, was @${visible(renamedFrom)}`;
	const access = key?.accessLevel == null ? '' : `, ${key.accessLevel}`;
	write.out(
		`${glyph} ${pad(visible(bot), widths.name)}  ${account}${space}  ${inStatus(status, word, write)}${renamed}${access}`,
	);
	if (error !== null) {
		const sentence = withTimeLeft(error.message, error.retryAt, now);
		write.out(`    ${visible(sentence)} ${visible(error.hint)} (${errorLabel(error)})`);
	}
}

/** `█████░░░░░ 12 of 24`, as wide as there is room. */
function progressBar(done: number, all: number, columns: number): string {
	const figures = ` ${done} of ${all}`;
	const width = Math.max(0, Math.min(40, columns - figures.length - 1));
	const full = Math.round((width * done) / all);
	return `${'█'.repeat(full)}${'░'.repeat(width - full)}${figures}`;
}

function conclude(checked: readonly Checked[], bots: readonly Bot[], now: number, write: Write): number {
	const answered = checked.filter(({error, status}) => error === null || status !== 'ready');
	const ready = checked.filter(({status, error}) => status === 'ready' && error === null).length;
	const asked = new Set(checked.map(({bot}) => bot));
	const left = bots.filter(({name}) => !asked.has(name));
	const codes = checked.filter(one => !answered.includes(one)).map(({error}) => error?.code);
	const counts = [
		countsInWords(
			countStatuses(answered.map(({status}) => status)),
			write.seen ? drawnStatusWords : statusWords,
		),
		...[...new Set(codes)].sort().map(code => `${codes.filter(one => one === code).length} failed (${code})`),
		...(left.length === 0 ? [] : [`${left.length} not checked`]),
	].filter(part => part !== '');
	const what = `${count(checked.length, 'bot')} checked: ${counts.join(', ') || 'none'}.`;
	if (write.signal.aborted) {
		write.err(`Stopped. ${what} The results so far are saved.`);
		return exitCode.interrupted;
	}

	const reached = limitOf(checked);
	if (left.length > 0 && reached !== null) {
		const why = withTimeLeft(reached.message, reached.retryAt, now);
		write.err(`Not checked: ${namesOf(left)}. ${visible(why)}`);
	}

	write.err(what);
	return ready === bots.length ? exitCode.done : exitCode.failed;
}

/** The first names of a list, and how many more there are. */
function namesOf(bots: readonly Bot[]): string {
	const first = bots.slice(0, 10).map(({name}) => visible(name));
	return `${first.join(', ')}${bots.length > first.length ? ` and ${bots.length - first.length} more` : ''}`;
}

/** The usage of `check`. */
export const command = define({
	name: 'check',
	arguments: ['[bot...]'],
	summary: 'Ask X whether each key works. X bills each answer.',
	options: {json: {help: 'print JSON'}},
	examples: ['keymaker check', 'keymaker check harbour --json'],
	needs: 'all',
	run: ({words, options}, services, write) => check({bots: words, ...options}, services, write),
});
