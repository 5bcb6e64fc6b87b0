import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {cp, mkdir, rename, rm, symlink} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {approve} from '../helpers/approve.ts';
import {inheritedAt, type Variables} from '../helpers/environment.ts';
import {type FailingFiles, failingFiles} from '../helpers/failing-files.ts';
import {cli, nextLink, type Workplace, workplace} from '../helpers/program.ts';
import {some, thoroughTest} from '../helpers/thorough.ts';

const root = path.dirname(path.dirname(cli));

let place: Workplace;
let files: FailingFiles | null = null;
beforeEach(async () => {
	place = await workplace(['harbour']);
});
afterEach(async () => {
	await place.close();
	files?.close();
	files = null;
});

/** The built program in a folder of its own, which can be taken away. */
async function copyOfProgram(): Promise<string> {
	const copy = path.join(place.folder, 'program');
	await mkdir(copy);
	await cp(path.dirname(cli), path.join(copy, 'dist'), {recursive: true});
	await cp(path.join(root, 'package.json'), path.join(copy, 'package.json'));
	await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
	return path.join(copy, 'dist', 'cli.js');
}

/** `authorize harbour` without a terminal. @param meanwhile what happens while the PIN is awaited. */
async function authorize(program: string, meanwhile: () => Promise<void>, more: Variables = {}) {
	const env = {
		...inheritedAt(place.folder),
		KEYMAKER_KEYSTORE: path.join(place.folder, 'keystore'),
		KEYMAKER_FLOCK: 'flock',
		KEYMAKER_PRACTICE: '1',
		KEYMAKER_OPEN: 'never',
		KEYMAKER_TIMEOUT: '600',
		...more,
	};
	const child = spawn(process.execPath, [program, 'authorize', 'harbour'], {cwd: place.folder, env});
	let [out, err] = ['', ''];
	child.stderr.on('data', chunk => {
		err += chunk;
	});
	const ended = new Promise<number | null>(resolve => child.on('close', resolve));
	const link = new Promise<string>(resolve => {
		child.stdout.on('data', chunk => {
			out += chunk;
			if (out.includes('\n')) {
				resolve(out.split('\n')[0] ?? '');
			}
		});
	});
	const first = await Promise.race([link, ended.then(() => null)]);
	if (first !== null) {
		const pin = await approve(first, 'harbour_poem');
		await meanwhile();
		child.stdin.end(`${pin}\n`);
	}

	return {code: await ended, err};
}

async function handle(): Promise<string | null> {
	return JSON.parse((await place.run(['list', '--json'])).out)[0].handle;
}

for (const [what, change] of [
	['deleted', (program: string) => rm(path.dirname(program), {recursive: true})],
	['moved away', (program: string) => rename(path.dirname(program), `${path.dirname(program)}.old`)],
] as const) {
	thoroughTest(
		`a key is made and saved although the program is ${what} while the PIN is awaited, by authorize`,
		async () => {
			const program = await copyOfProgram();
			const {code, err} = await authorize(program, () => change(program));
			assert.equal(code, 0, err);
			assert.equal(await handle(), 'harbour_poem');
		},
	);

	test(`a key is made and saved although the program is ${what} while the PIN is awaited, on the screen`, async () => {
		const program = await copyOfProgram();
		const screen = place.screen([], {}, program);
		await screen.waitFor(/❯ ○ harbour/);
		screen.press('enter');
		const link = await nextLink(screen);
		await change(program);
		screen.paste(`${await approve(link, 'harbour_poem')}\n`);
		await screen.waitFor('harbour is ready');
		assert.equal(await handle(), 'harbour_poem');
	});
}

test('on the screen a key whose save fails is unsaved, and saved at enter, although the program is gone by then', async context => {
	const program = await copyOfProgram();
	const keystore = path.join(place.folder, 'keystore');
	const made = failingFiles(keystore);
	if (typeof made === 'string') {
		context.skip(made);
		return;
	}

	files = made;
	const screen = place.screen([], {env: files.env}, program);
	await screen.waitFor(/❯ ○ harbour/);
	screen.press('enter');
	const link = await nextLink(screen);
	await rm(path.dirname(program), {recursive: true});
	files.refuse({from: 1, times: 1_000_000, errno: 126});
	screen.paste(`${await approve(link, 'harbour_poem')}\n`);
	await screen.waitFor('system error 126');
	await screen.waitFor('kept in memory');
	files.pass();
	screen.press('enter');
	await screen.waitFor('harbour is ready');
	assert.equal(await handle(), 'harbour_poem');
});

thoroughTest(
	'authorize saves a key whose save the system has refused once, whatever the error’s number',
	async context => {
		const made = failingFiles(path.join(place.folder, 'keystore'));
		if (typeof made === 'string') {
			context.skip(made);
			return;
		}

		files = made;
		const {env, refuse, pass} = files;
		// The torture tries every call and every number.
		for (const [from = 0, errno = 0] of some(
			[
				[8, 5],
				[30, 122],
				[45, 126],
				[60, 524],
			],
			4,
		)) {
			const refusing = async () => refuse({from, times: 1, errno});
			const {code, err} = await authorize(cli, refusing, env);
			pass();
			assert.equal(code, 0, `${errno}: ${err}`);
			assert.equal(await handle(), 'harbour_poem');
			await place.run(['forget', 'harbour', '--yes']);
		}
	},
);

thoroughTest(
	'authorize says that a key is lost where the system refuses for good, and a command never says that it met the unexpected',
	async context => {
		const made = failingFiles(path.join(place.folder, 'keystore'));
		if (typeof made === 'string') {
			context.skip(made);
			return;
		}

		files = made;
		const {env, refuse, pass} = files;
		for (const errno of some([122, 116, 126, 524], 4)) {
			const refusing = async () => refuse({from: 20, times: 1_000_000, errno});
			const {code, err} = await authorize(cli, refusing, env);
			assert.equal(code, 1);
			assert.match(err, /keystore-(full|unwritable|unreadable)/);
			assert.match(err, /Lost without being saved: the key of harbour\./);
			assert.doesNotMatch(err, /No key is lost|Unexpected error/);
			for (const args of [['list'], ['check'], ['authorize', 'harbour'], ['doctor'], ['restore']]) {
				refuse({from: 1, times: 1_000_000, errno});
				const ran = await place.run(args, '', env);
				assert.doesNotMatch(`${ran.out}${ran.err}`, /Unexpected error/, `${errno} ${args}`);
			}

			pass();
		}
	},
);

test('a umask that lets nobody read is found before a PIN is asked for', {
	skip: process.getuid?.() === 0 ? 'root reads everything' : false,
}, async () => {
	await mkdir(path.join(place.folder, 'keystore'));
	const ran = place.shell(`umask 777; keymaker authorize harbour`);
	await ran.waitFor(/keystore-unwritable|keystore-unreadable/);
});
