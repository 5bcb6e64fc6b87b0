import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {createReadStream, existsSync} from 'node:fs';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text as allOf} from 'node:stream/consumers';
import {afterEach, beforeEach, mock, test} from 'node:test';
import {createDesktop} from '../../source/desktop/create.ts';
import {inheritedAt} from '../helpers/environment.ts';

const link = 'https://api.x.com/oauth/authorize?oauth_token=practice-token&force_login=true';
const linux = process.platform === 'linux' ? {} : {skip: 'clipboardy asks xsel on Linux alone'};
const hasTmux = spawnSync('tmux', ['-V']).status === 0;

let folder: string;
let written: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'desktop-'));
	written = '';
	// The time is the tests' own: a busy computer makes no clipboard program look as if it did not answer.
	mock.timers.enable({apis: ['setTimeout']});
});

afterEach(async () => {
	mock.timers.reset();
	await rm(folder, {recursive: true, force: true, maxRetries: 10});
});

/** Puts a program first on the PATH. */
async function program(name: string, script: string): Promise<void> {
	await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, {mode: 0o755});
}

function desktop(env: Record<string, string> = {}, isTTY = true) {
	return createDesktop({
		env: {...inheritedAt(folder), PATH: `${folder}:${process.env.PATH}`, FOLDER: folder, ...env},
		platform: process.platform,
		noOpen: false,
		writeTerminal: text => {
			written += text;
		},
		isTTY,
	});
}

function copied(): Promise<string> {
	return readFile(join(folder, 'copied'), 'utf8');
}

test('the clipboard program gets the text on its standard input, never as an argument', linux, async () => {
	await program('xsel', 'echo "$@" > "$FOLDER/args"; env > "$FOLDER/env"; cat > "$FOLDER/copied"');
	const result = await desktop({TWITTER_CONSUMER_SECRET: 'not-a-real-secret'}).copy(link);
	assert.deepEqual(result, {way: 'clipboard', sentence: 'Copied.'});
	assert.equal(await copied(), link);
	assert.equal(await readFile(join(folder, 'args'), 'utf8'), '--clipboard --input\n');
	assert.doesNotMatch(await readFile(join(folder, 'env'), 'utf8'), /not-a-real-secret/);
	assert.equal(written, '');
});

test('where no clipboard program works, the terminal is asked, and the sentence says so', linux, async () => {
	await program('xsel', 'exit 1');
	const result = await desktop().copy(link);
	assert.equal(result.way, 'osc52');
	assert.match(result.sentence, /No clipboard program works here\. Sent to your terminal \(OSC 52\)/);
	assert.equal(written, `\u001b]52;c;${Buffer.from(link).toString('base64')}\u0007`);
});

test('where there is no terminal either, the sentence says what to do', linux, async () => {
	await program('xsel', 'exit 1');
	const result = await desktop({}, false).copy(link);
	assert.equal(result.way, 'none');
	assert.match(result.sentence, /Select it with the mouse/);
	assert.equal(written, '');
});

test('a clipboard program that never returns is left and ended with its children', linux, async () => {
	const alive = join(folder, 'alive');
	execFileSync('mkfifo', [alive]);
	await program('xsel', 'exec 9>"$FOLDER/alive"; echo started >&9; sleep 600; echo late >&9');
	const pipe = createReadStream(alive);
	const holders = allOf(pipe);
	const copying = desktop().copy(link);
	await once(pipe, 'readable');
	mock.timers.tick(2000);
	const result = await copying;
	assert.equal(result.way, 'osc52');
	assert.match(result.sentence, /did not answer in 2 s/);
	// The pipe ends when the last process that holds it has ended.
	assert.equal(await holders, 'started\n');
});

test('over SSH the clipboard of this computer is left alone', async () => {
	await program('xsel', 'touch "$FOLDER/copied"');
	for (const name of ['SSH_CONNECTION', 'SSH_TTY', 'SSH_CLIENT']) {
		assert.equal((await desktop({[name]: 'here'}).copy(link)).way, 'osc52');
	}

	assert.equal(existsSync(join(folder, 'copied')), false);
	assert.equal((await desktop({SSH_TTY: 'here'}, false).copy(link)).way, 'none');
});

test('inside tmux over SSH the text goes into its buffer', {
	skip: hasTmux ? false : 'tmux is not installed',
}, async () => {
	const tmux = (...args: string[]) =>
		execFileSync('tmux', ['-L', 'keymaker', '-f', '/dev/null', ...args], {
			encoding: 'utf8',
			env: {...process.env, TMUX: '', TMUX_TMPDIR: folder},
		});
	tmux('new-session', '-d', 'cat');
	try {
		const TMUX = tmux('display-message', '-p', '#{socket_path},#{pid},0').trim();
		const result = await desktop({SSH_TTY: 'here', TMUX}).copy(link);
		assert.equal(result.way, 'tmux');
		assert.match(result.sentence, /Copied to tmux/);
		assert.equal(tmux('show-buffer'), link);
		assert.equal(written, '');
	} finally {
		tmux('kill-server');
	}
});

test('where tmux refuses, the terminal is asked', async () => {
	await program('tmux', 'exit 1');
	assert.equal((await desktop({SSH_TTY: 'here', TMUX: 'somewhere,1,0'}).copy(link)).way, 'osc52');
});

test('the sentence never holds the text', async () => {
	await program('xsel', 'exit 1');
	for (const isTTY of [true, false]) {
		assert.doesNotMatch((await desktop({}, isTTY).copy(link)).sentence, /practice-token/);
	}
});
