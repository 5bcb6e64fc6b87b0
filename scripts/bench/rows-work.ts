import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {promisify} from 'node:util';
import {benchAccount, placeOf} from './place.ts';
import {timeOf} from './program.ts';
import type {WorkTask} from './programs/work.ts';
import {type Bench, comparison, type Row, ratio, Skip} from './row.ts';
import {compared} from './statistics.ts';

/** How far away X is when keys are checked: without any distance, the client library's arithmetic is all that is measured. */
const distanceMs = 50;

/** More checks than this are not measured. */
const mostChecks = 5;

/** The command that the ruby-oauth package brings; called by its library, since Debian's own script does not find that. */
const rubyOauth = [
	'-r',
	'oauth',
	'-r',
	'oauth/cli',
	'-e',
	'OAuth::CLI.new($stdout, $stdin, $stderr, "version", []).run',
];

/** Saving and checking, and what a person would pick instead. */
export const workRows: readonly Row[] = [
	{
		name: 'save',
		what: 'saving one key beside 10,000',
		against: "conf's own `set()` on the same file",
		goal: {limit: 2.5},
		async measure(bench) {
			const {file, poems} = await placeOf(10_000);
			return ratio(
				compared(...(await work(bench, {kind: 'save', file, poems, count: 10_000, samples: bench.samples}))),
				'ms',
			);
		},
	},
	{
		name: 'check',
		what: `\`check\` of 1,000 keys, each answer ${distanceMs} ms away`,
		against: 'a bare signed keep-alive loop, as many at once',
		goal: {limit: 0.95, atLeast: true},
		async measure(bench) {
			const {poems} = await placeOf(1000);
			const answer = JSON.stringify({
				data: {id: benchAccount.userId, name: 'Harbour', username: benchAccount.handle},
			});
			const server = spawn(process.execPath, [bench.programs.server, answer, String(distanceMs)], {
				stdio: ['ignore', 'pipe', 'inherit'],
			});
			try {
				const [port] = await once(server.stdout, 'data');
				// A sample takes seconds, and they differ little.
				const samples = Math.min(bench.samples, mostChecks);
				const task = {kind: 'check', port: Number(port), poems, count: 1000, samples} as const;
				return ratio(compared(...(await work(bench, task))), 'keys/s');
			} finally {
				server.kill();
			}
		},
	},
	besides('ruby-oauth', 'the ruby-oauth command, `oauth version`', 'ruby', rubyOauth),
	besides('tweepy', "`python3 -c 'import tweepy'`", '/usr/bin/python3', ['-c', 'import tweepy']),
];

async function work({programs}: Bench, task: WorkTask): Promise<[number[], number[]]> {
	const {stdout} = await promisify(execFile)(process.execPath, [programs.work, JSON.stringify(task)], {
		maxBuffer: 2 ** 26,
	});
	return JSON.parse(stdout) as [number[], number[]];
}

/** A row for what a person might pick instead, against the list. */
function besides(name: string, against: string, command: string, args: readonly string[]): Row {
	return comparison('ms', {
		name,
		what: 'side by side: `keymaker list --json`, 100 poems',
		against,
		goal: null,
		async sides({programs}) {
			const {folder: cwd, env} = await placeOf(100);
			const theirs = () => timeOf(command, args, {cwd, env});
			try {
				await theirs();
			} catch {
				throw new Skip('not installed here');
			}

			return [() => timeOf(process.execPath, [programs.cli, 'list', '--json'], {cwd, env}), theirs];
		},
	});
}
