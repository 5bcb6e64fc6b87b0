/**
 * Shows which small mistakes in a source no test notices. Each is made alone, in a copy of the tree in a temporary folder;
 * the tests run there (quickest first), and whatever they do not turn red over is printed as file:line: change.
 *
 *   npm run mutate -- source/keymaker/pin.ts --by test/keymaker/pin.test.ts [--most 40] [--seed 1] [--at-once 1]
 *   npm run mutate -- source/tui/keymap.ts --by test/tui/keymap.test.ts --find 'vital: true' --put 'vital: false'
 *
 * Sources and tests may be patterns; --by, several times. --find and --put make one mistake of your own in place of the
 * usual ones. Tests that use `dist` see none of it. What survives is dead code, the same in other words, or a test that is
 * missing. No part of continuous integration: a run is a sample.
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {type Mutant, mutantsOf} from './mutate/mutants.ts';

/** A mistake, and the file that it is made in. */
type Mistake = Mutant & {file: string; source: string};

/** A mistake's fate; `endless` is a test that had to be ended. */
type Fate = 'noticed' | 'endless' | 'survived';

const root = path.join(import.meta.dirname, '..');
const {values, positionals} = parseArgs({
	allowPositionals: true,
	options: {
		by: {type: 'string', multiple: true, default: []},
		most: {type: 'string', default: '40'},
		seed: {type: 'string', default: '1'},
		'at-once': {type: 'string', default: '1'},
		find: {type: 'string'},
		put: {type: 'string', default: ''},
	},
});
const running = new Set<ChildProcess>();
const copies: string[] = [];
process.on('exit', () => {
	for (const child of running) {
		end(child);
	}

	for (const copy of copies) {
		rmSync(copy, {recursive: true, force: true});
	}
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.on(signal, () => process.exit(130));
}

const sources = globSync(positionals, {cwd: root}).sort();
const tests = globSync(values.by, {cwd: root}).sort();
if (sources.length === 0 || tests.length === 0) {
	fail('Say which sources, and after --by which tests.');
}

const found = sources.flatMap(mistakesIn);
const chosen = sample(found, Number(values.most), Number(values.seed));
const lanes = Array.from({length: Number(values['at-once'])}, copyTree);
const times = await timesOf(tests, lanes[0] as string);
say(`${found.length} mistakes to make in ${sources.length} files, ${chosen.length} of them now.`);

const fates: Record<Fate, number> = {noticed: 0, endless: 0, survived: 0};
const waiting = [...chosen];
await Promise.all(
	lanes.map(async lane => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			const fate = await fateOf(next, lane);
			fates[fate] += 1;
			if (fate === 'survived') {
				say(described(next));
			}
		}
	}),
);
say(`${fates.noticed} noticed, ${fates.endless} endless, ${fates.survived} survived.`);

function mistakesIn(file: string): Mistake[] {
	const source = readFileSync(path.join(root, file), 'utf8');
	const {find, put} = values;
	if (find === undefined) {
		return mutantsOf(source).map(mutant => ({...mutant, file, source}));
	}

	const start = source.indexOf(find);
	if (start === -1) {
		fail(`${file} does not hold: ${find}`);
	}

	return [{start, end: start + find.length, put, file, source}];
}

/** Some of a list, in an order that the seed decides. */
function sample(all: readonly Mistake[], most: number, seed: number): Mistake[] {
	let state = seed;
	const random = () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state;
	};
	return all
		.map(mistake => ({mistake, at: random()}))
		.sort((a, b) => a.at - b.at)
		.slice(0, most)
		.map(({mistake}) => mistake);
}

/** A copy of all that git would commit, beside the same packages. */
function copyTree(): string {
	const copy = mkdtempSync(path.join(os.tmpdir(), 'keymaker-mutants-'));
	copies.push(copy);
	const names = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
		cwd: root,
	})
		.toString()
		.split('\0');
	for (const name of names.filter(Boolean)) {
		cpSync(path.join(root, name), path.join(copy, name), {force: true});
	}

	symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
	return copy;
}

/** How long each test takes in ms where nothing is broken, quickest first. Ends the program where one fails already. */
async function timesOf(files: readonly string[], folder: string): Promise<[file: string, ms: number][]> {
	const taken: [string, number][] = [];
	for (const file of files) {
		const start = performance.now();
		if ((await run(file, folder, 600_000)) !== 0) {
			fail(`${file} fails although nothing is broken.`);
		}

		taken.push([file, performance.now() - start]);
	}

	return taken.sort(([, a], [, b]) => a - b);
}

/** Makes a mistake, runs the tests until one fails, and takes the mistake back. */
async function fateOf({file, source, start, end: until, put}: Mistake, folder: string): Promise<Fate> {
	const copied = path.join(folder, file);
	writeFileSync(copied, source.slice(0, start) + put + source.slice(until));
	try {
		for (const [test, ms] of times) {
			const code = await run(test, folder, 20_000 + ms * 10);
			if (code !== 0) {
				return code === null ? 'endless' : 'noticed';
			}
		}

		return 'survived';
	} finally {
		writeFileSync(copied, source);
	}
}

/** Runs a test by itself. @returns its exit code; `null` where it had to be ended after `most` ms */
function run(test: string, cwd: string, most: number): Promise<number | null> {
	return new Promise(resolve => {
		// A group of its own, so that what a test has started ends with it.
		const child = spawn(
			process.execPath,
			['--no-use-env-proxy', '--import', './test/helpers/typescript.mjs', test],
			{
				cwd,
				// A copy is broken once, and gone then: nothing that was compiled of it is worth keeping.
				env: {...process.env, NODE_DISABLE_COMPILE_CACHE: '1'},
				stdio: 'ignore',
				detached: true,
			},
		);
		running.add(child);
		const timer = setTimeout(() => end(child), most);
		child.on('close', (code, signal) => {
			clearTimeout(timer);
			running.delete(child);
			resolve(signal === 'SIGKILL' ? null : (code ?? 1));
		});
	});
}

function end({pid}: ChildProcess): void {
	if (pid !== undefined) {
		process.kill(-pid, 'SIGKILL');
	}
}

function described({file, source, start, end: until, put}: Mistake): string {
	const line = source.slice(0, start).split('\n').length;
	const short = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 90);
	return `${file}:${line}: ${short(source.slice(start, until))} → ${short(put)}`;
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

function fail(line: string): never {
	process.stderr.write(`${line}\n`);
	process.exit(1);
}
