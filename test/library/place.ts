import {type ChildProcess, spawn} from 'node:child_process';
import {mkdir, symlink} from 'node:fs/promises';
import path from 'node:path';
import type {TestContext} from 'node:test';
import type {KeystoreOptions} from '../../source/index.ts';
import {createKeymaker, type Keymaker} from '../../source/keymaker/keymaker.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {startPractice} from '../../source/practice/provider.ts';
import {createX} from '../../source/x/create.ts';
import {approve} from '../helpers/approve.ts';
import {inheritedAt, type Variables} from '../helpers/environment.ts';
import {type Finished, type Workplace, workplace} from '../helpers/program.ts';
import {cheapScrypt} from '../keystore/support.ts';

export const root = path.join(import.meta.dirname, '..', '..');

/** A folder in which bots' own programs run, with the built library as `keymaker` in its `node_modules`. */
export type LibraryPlace = Workplace & {
	/** What the library's functions need to find the folder's keystore, as practice has it. */
	options: KeystoreOptions & {poems: string; flock: string; keystore: string};
	/** The keystore, as keymaker itself opens it. */
	keystore: ReturnType<typeof openKeystore>;
	/** Takes a bot through the whole flow, as this account. @returns the key's access token */
	authorize(bot: string, account: string, access?: 'read' | 'write'): Promise<string>;
	/** Starts a program of a bot; ended with the test. */
	startCode(code: string, env?: Variables): ChildProcess;
	/** Runs a program of a bot to its end. */
	runCode(code: string, env?: Variables): Promise<Finished>;
};

/** Makes such a folder, with poems of these names. */
export async function libraryPlace(context: TestContext, poems: readonly string[]): Promise<LibraryPlace> {
	const place = await workplace(poems);
	const folder = path.join(place.folder, 'keystore');
	await mkdir(path.join(place.folder, 'node_modules'));
	await symlink(root, path.join(place.folder, 'node_modules', 'keymaker'), 'dir');
	await symlink(
		path.join(root, 'node_modules', 'twitter-api-v2'),
		path.join(place.folder, 'node_modules', 'twitter-api-v2'),
		'dir',
	);

	const practice = await startPractice({
		statePath: path.join(folder, 'practice', '.provider.json'),
		handles: [],
	});
	const poemsFolder = path.join(place.folder, 'poems');
	const keystore = openKeystore({
		folder: path.join(folder, 'practice'),
		flock: 'flock',
		kind: 'practice',
		poems: poemsFolder,
		scrypt: cheapScrypt,
	});
	const keymaker: Keymaker = createKeymaker({
		keystore,
		x: createX({agent: practice.agent, origin: practice.origin, env: {}}),
		appSource: async () => ({appKey: practice.appKey, from: 'practice'}),
		now: Date.now,
	});
	const children: ChildProcess[] = [];
	context.after(async () => {
		for (const child of children) {
			child.kill('SIGKILL');
		}

		await practice.close();
		await place.close();
	});

	function startCode(code: string, env: Variables = {}): ChildProcess {
		const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
			cwd: place.folder,
			env: {
				...inheritedAt(place.folder),
				KEYMAKER_KEYSTORE: folder,
				KEYMAKER_FLOCK: 'flock',
				KEYMAKER_PRACTICE: '1',
				...env,
			},
		});
		children.push(child);
		return child;
	}

	return {
		...place,
		options: {poems: poemsFolder, flock: 'flock', keystore: folder, practice: true},
		keystore,
		async authorize(bot, account, access) {
			const link = await keymaker.requestLink(bot, {access});
			await keymaker.submitPin(link, await approve(link.url, account));
			return (await keystore.get(bot))?.key?.accessToken ?? '';
		},
		startCode,
		runCode: (code, env) =>
			new Promise(resolve => {
				const child = startCode(code, env);
				const texts = {out: '', err: ''};
				child.stdout?.on('data', chunk => {
					texts.out += chunk;
				});
				child.stderr?.on('data', chunk => {
					texts.err += chunk;
				});
				child.on('close', code => resolve({code: code ?? -1, ...texts}));
			}),
	};
}
