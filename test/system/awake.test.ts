import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {fromSource} from '../helpers/from-source.ts';
import {answer as answerWith, startRawServer} from '../x/raw-server.ts';

const skip = existsSync('/proc/self/stat') ? false : 'needs /proc, to see that a process stands still';

/** Longer than the second that the process's timers have. */
const sleepMs = 2500;

function sleeper(...args: string[]): {child: ChildProcess; told: Promise<Record<string, unknown>>} {
	const program = path.join(import.meta.dirname, 'sleeping.ts');
	const child = spawn(process.execPath, [...fromSource, program, ...args], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let text = '';
	child.stdout?.on('data', chunk => {
		text += chunk;
	});
	return {
		child,
		told: new Promise((resolve, reject) => {
			child.on('close', () =>
				text === '' ? reject(new Error('It said nothing.')) : resolve(JSON.parse(text)),
			);
		}),
	};
}

async function standsStill({pid}: ChildProcess): Promise<void> {
	while (/^\d+ \(.*\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] !== 'T') {
		await delay(5);
	}
}

async function sleep(): Promise<void> {
	const end = performance.now() + sleepMs;
	while (performance.now() < end) {
		await delay(end - performance.now());
	}
}

test('an answer that came while the computer slept counts, though its time was over long before', {
	skip,
}, async t => {
	const body =
		'oauth_token=12-not-a-real-token&oauth_token_secret=not-a-real-secret&user_id=12&screen_name=harbour_poem';
	let answer = () => {};
	const server = await startRawServer(t, socket => {
		answer = () => {
			answerWith(body)(socket, '');
		};
	});
	const {port} = server;
	const {child, told} = sleeper('answer', String(port));
	await standsStill(child);
	await server.requested();
	answer();
	await sleep();
	child.kill('SIGCONT');
	assert.deepEqual(await told, {handle: 'harbour_poem'});
});

test('a timer counts the time awake alone', {skip}, async () => {
	const {child, told} = sleeper('timer');
	await standsStill(child);
	await sleep();
	child.kill('SIGCONT');
	const {awakeMs} = await told;
	// A beat of the clock may go down as awake.
	assert.ok(Number(awakeMs) >= 740, `it rang after ${awakeMs} ms awake`);
});
