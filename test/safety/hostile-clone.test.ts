/**
 * A clone of somebody else's repository, made as git itself makes one, in which git would run a program of theirs; and programs
 * that lie where the current folder is looked into first. keymaker is used there, and nothing of theirs may run.
 */
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {chmod, cp, mkdir, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, describe, test} from 'node:test';
import {createDesktop} from '../../source/desktop/create.ts';
import {giveKey} from '../helpers/key-file.ts';
import {type Workplace, workplace} from '../helpers/program.ts';
import {thorough, thoroughTest} from '../helpers/thorough.ts';

const noGit =
	process.platform === 'win32' || spawnSync('git', ['--version']).status !== 0
		? {skip: 'git, which makes the repository, is not installed'}
		: {};

/** What the person has in the environment, and a hostile program would like. */
const secrets = {
	TWITTER_CONSUMER_KEY: 'not-a-real-key',
	TWITTER_CONSUMER_SECRET: 'not-a-real-secret',
	KEYMAKER_PASSPHRASE: 'not a real passphrase',
};

let place: Workplace;
/** The folder that keymaker is started in. */
let clone: string;
/** What theirs would write. */
let mark: string;

beforeEach(async () => {
	place = await workplace(['harbour']);
	clone = path.join(place.folder, 'clone');
	mark = path.join(place.folder, 'theirs-ran');
	await mkdir(clone);
	await cp(path.join(place.folder, 'poems'), path.join(clone, 'poems'), {recursive: true});
	await giveKey(place, 'harbour', poems());
});

afterEach(() => place.close());

/** Names the clone's poems for a command that starts elsewhere. */
function poems(): Record<string, string> {
	return {KEYMAKER_POEMS: path.join(clone, 'poems')};
}

/** What they would have run: it says that it ran, and with what. */
function theirs(): string {
	// A builtin of the shell, since `env` is planted too.
	return `export -p > '${mark}'`;
}

function git(folder: string, ...args: string[]): string {
	const who = ['-c', 'user.name=t', '-c', 'user.email=t@t.invalid', '-c', 'commit.gpgsign=false'];
	return execFileSync('git', [...who, ...args], {
		cwd: folder,
		encoding: 'utf8',
		env: {PATH: process.env.PATH, HOME: place.folder, GIT_CONFIG_NOSYSTEM: '1'},
		stdio: ['ignore', 'pipe', 'ignore'],
	});
}

/** Runs keymaker in the clone as a person would; `PATH` has real programs alone unless told otherwise. */
async function keymaker(args: readonly string[], more: Record<string, string> = {}) {
	const line = args.map(word => `'${word}'`).join(' ');
	const terminal = place.shell(`cd '${clone}' && keymaker ${line}; echo "rc=$?"`, {
		columns: 300,
		env: {...secrets, KEYMAKER_PASSPHRASE: undefined, ...more},
	});
	await terminal.waitFor(/rc=\d/);
	await terminal.exited;
	return terminal.raw();
}

/** Uses keymaker in the clone in every way that looks at where files lie. */
async function useEverything(more: Record<string, string> = {}): Promise<void> {
	assert.match(await keymaker(['doctor'], more), /clock: This computer’s clock agrees/);
	assert.match(await keymaker(['export', '--format', 'bundle', '--out', 'keys'], more), /1 key written/);
	assert.match(await keymaker(['doctor'], more), /keys\/harbour\.json|No key files/);
	await rm(path.join(clone, 'keys'), {recursive: true, force: true});

	const screen = place.screen([], {cwd: clone, columns: 200, env: more});
	await screen.waitFor(/❯ ● harbour/);
	screen.press('x');
	await screen.waitFor('bundle');
	screen.press('enter');
	await screen.waitFor('1 key written');
	screen.press('q');
	await screen.exited;
	assert.ok(existsSync(path.join(clone, 'keys', 'harbour.json')));
}

/** A program of theirs under the names of those that keymaker, or what it starts, could look for. */
async function plant(folder: string): Promise<void> {
	await mkdir(folder, {recursive: true});
	for (const name of [
		...['git', 'tmux', 'xdg-open', 'gio', 'xsel', 'sh', 'env', 'node', 'pass'],
		...['xdg-settings', 'xdg-mime', 'x-www-browser', 'firefox', 'chromium', 'plutil', 'ps'],
	]) {
		await writeFile(path.join(folder, name), `#!/bin/sh\n${theirs()}\n`);
		await chmod(path.join(folder, name), 0o755);
	}
}

function assertNothingRan(): void {
	assert.equal(existsSync(mark), false, 'a program of the repository ran');
}

describe('in a hostile repository', noGit, () => {
	test('that a folder is a bare repository of its own, whose settings name a program, runs none', async () => {
		// Made as an attacker makes it, whose settings are in a folder that git takes for a repository.
		await writeFile(path.join(clone, '.gitignore'), 'keys/\n');
		git(clone, 'init', '-q', '--bare', '.');
		git(clone, '--git-dir=.', '--work-tree=.', 'add', '.gitignore', 'poems');
		git(clone, '--git-dir=.', '--work-tree=.', 'update-index', '--skip-worktree', '.gitignore');
		const blob = git(clone, '--git-dir=.', 'rev-parse', ':.gitignore').trim();
		await rm(path.join(clone, 'objects', blob.slice(0, 2), blob.slice(2)), {force: true});
		await rm(path.join(clone, '.gitignore'));
		for (const [name, value] of Object.entries({
			'core.bare': 'false',
			'core.worktree': clone,
			'core.repositoryformatversion': '1',
			'extensions.partialClone': 'origin',
			'remote.origin.promisor': 'true',
			'remote.origin.url': clone,
			'remote.origin.uploadpack': `${theirs()};:`,
		})) {
			git(clone, 'config', '--file', path.join(clone, 'config'), name, value);
		}

		assert.equal(attackWorks(['check-ignore', '-v', 'keys/harbour.json']), true, 'the attack is none');
		await useEverything(secrets);
		assertNothingRan();
	});

	thoroughTest(
		'that settings of an archive’s own .git name a program for a missing object, runs none',
		async () => {
			await writeFile(path.join(clone, '.gitignore'), 'keys/\n');
			git(clone, 'init', '-q');
			git(clone, 'add', '.gitignore', 'poems');
			git(clone, 'update-index', '--skip-worktree', '.gitignore');
			const blob = git(clone, 'rev-parse', ':.gitignore').trim();
			await rm(path.join(clone, '.git', 'objects', blob.slice(0, 2), blob.slice(2)), {force: true});
			await rm(path.join(clone, '.gitignore'));
			await writeFile(path.join(place.folder, 'theirs.sh'), theirs());
			for (const [name, value] of Object.entries({
				'core.repositoryformatversion': '1',
				'extensions.partialClone': 'origin',
				'remote.origin.promisor': 'true',
				'remote.origin.url': `ext::sh ${place.folder}/theirs.sh`,
				'protocol.ext.allow': 'always',
			})) {
				git(clone, 'config', name, value);
			}

			assert.equal(attackWorks(['check-ignore', '-v', 'keys/harbour.json']), true, 'the attack is none');
			await useEverything(secrets);
			assertNothingRan();
		},
	);

	thoroughTest('that core.fsmonitor, core.sshCommand or a filter name a program, runs none', async () => {
		git(clone, 'init', '-q');
		git(clone, 'add', 'poems');
		await writeFile(path.join(clone, '.gitattributes'), '* filter=theirs\n');
		for (const name of ['core.fsmonitor', 'core.sshCommand', 'filter.theirs.clean', 'core.pager']) {
			git(clone, 'config', name, `sh -c "${theirs()}"`);
		}

		assert.equal(attackWorks(['status']), true, 'the attack is none');
		await useEverything(secrets);
		assertNothingRan();
	});
});

/** Whether git itself, asked this in the clone, runs theirs. Whatever it says, what it leaves is cleaned up. */
function attackWorks(args: readonly string[]): boolean {
	spawnSync('git', args, {cwd: clone, env: {PATH: process.env.PATH, HOME: place.folder}});
	const ran = existsSync(mark);
	execFileSync('rm', ['-f', mark]);
	return ran;
}

for (const first of thorough ? ['.', ''] : ['.']) {
	test(`with PATH=${first}:… and programs planted in the current folder, none of them runs`, async () => {
		await plant(clone);
		await mkdir(path.join(clone, '.git'));
		const PATH = `${first}:${process.env.PATH}`;
		await useEverything({PATH});
		// The browser, the clipboard and tmux, as the screen asks for them.
		const before = process.cwd();
		process.chdir(clone);
		try {
			const surroundings = {PATH, DISPLAY: ':practice', XDG_CURRENT_DESKTOP: 'GNOME', HOME: place.folder};
			for (const env of [
				surroundings,
				{...surroundings, BROWSER: 'firefox:./firefox'},
				{...surroundings, SSH_TTY: 'here', TMUX: '/nowhere,1,0'},
			]) {
				const {platform} = process;
				const desktop = createDesktop({env, platform, noOpen: false, writeTerminal: () => {}, isTTY: true});
				await desktop.open('http://127.0.0.1:1/');
				await desktop.linkWindow();
				await desktop.removeLeftovers();
				await desktop.copy('a text');
			}
		} finally {
			process.chdir(before);
		}

		assertNothingRan();
	});

	test(`with PATH=${first}:… a passphrase command is no program of the current folder`, async () => {
		const words = 'not a real passphrase';
		assert.equal((await place.run(['encrypt'], '', {...poems(), KEYMAKER_PASSPHRASE: words})).code, 0);
		await plant(clone);
		await place.program('pass', `echo ${words}`);
		const env = {
			PATH: `${first}:${place.folder}/bin:${process.env.PATH}`,
			KEYMAKER_PASSPHRASE_COMMAND: 'pass show',
		};
		assert.match(await keymaker(['list'], {...env, NO_COLOR: '1'}), /● harbour/);
		assertNothingRan();
	});
}
