import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {runShellLine, runWithInput, startAndLeave} from '../../source/system/programs.ts';
import {type Condition, Skip} from './bench.ts';
import {fuzz} from './fuzz.ts';

/** What no helper may be given; each value says that it is none. */
const secret = fc.constantFrom<[string, string]>(
	['TWITTER_CONSUMER_SECRET', 'not-a-real-secret'],
	['TWITTER_API_SECRET', 'not-a-real-secret'],
	['twitter_access_token', 'not-a-real-token'],
	['KEYMAKER_PASSPHRASE', 'not-a-real-passphrase'],
	['KEYMAKER_PASSPHRASE_COMMAND', 'echo not-a-real-passphrase'],
	['KEYMAKER_PRACTICE_CONTROL', 'not-a-real-control'],
	['KEYMAKER_KEYSTORE', 'postgres://poet:not-a-real-password@127.0.0.1/flock'],
	['KEYMAKER_KEYSTORE', 'postgres://127.0.0.1/flock?password=not-a-real-password'],
	['PGPASSWORD', 'not-a-real-password'],
);

/** Folders of a PATH that hang on the current folder, among some that do not; `GOOD` has the program that is meant. */
const folders = fc.array(
	fc.constantFrom('', '.', './', 'bin', './bin', '../clone', '~', '/nowhere', 'GOOD'),
	{
		maxLength: 5,
	},
);

/** How long a program may take that is known to end; milliseconds. */
const plenty = 60_000;

/** Helper programs, started in a folder of somebody else's with any PATH: the one that is meant runs, and sees no secret. */
export const helpers: Condition = {
	name: 'helper programs',
	async run(bench) {
		if (process.platform === 'win32') {
			throw new Skip('needs a shell as Unix has it');
		}

		const folder = bench.folder();
		const [clone, good] = [path.join(folder, 'clone'), path.join(folder, 'good')];
		const [told, theirs] = [path.join(folder, 'told'), path.join(folder, 'theirs')];
		for (const place of [clone, path.join(clone, 'bin'), good]) {
			mkdirSync(place);
			const script = place === good ? `{ pwd; export -p; } > '${told}'` : `export -p > '${theirs}'`;
			writeFileSync(path.join(place, 'tool'), `#!/bin/sh\n${script}\n`, {mode: 0o755});
		}

		const way = fc.constantFrom('given a text', 'left alone', 'line of shell');
		const name = fc.constantFrom('tool', 'tool', './tool', 'bin/tool', '../clone/tool', 'none');
		const before = process.cwd();
		process.chdir(clone);
		try {
			await fuzz(bench, 300, fc.tuple(way, name, folders, fc.array(secret)), async drawn => {
				const [how, command, searched, secrets] = drawn;
				rmSync(told, {force: true});
				const places = searched.map(one => (one === 'GOOD' ? good : one));
				const env = {...Object.fromEntries(secrets), PATH: places.join(path.delimiter)};
				const isMeant = command === 'tool' && places.includes(good);
				const ran = await run(how, command, env);
				if (ran !== isMeant || existsSync(told) !== isMeant || existsSync(theirs)) {
					bench.count(
						'broken',
						`${how}: ${command} in ${env.PATH} ${existsSync(theirs) ? 'ran theirs' : ran}`,
					);
					rmSync(theirs, {force: true});
				}

				const seen = existsSync(told) ? readFileSync(told, 'utf8') : '';
				if (seen.startsWith(clone)) {
					bench.count('broken', `${how}: it starts in the current folder`);
				}

				if (seen.includes('not-a-real')) {
					bench.count('leaked', `${how}: ${/^.*not-a-real.*$/m.exec(seen)?.[0]}`);
				}
			});
		} finally {
			process.chdir(before);
		}
	},
};

/** Runs a program in one of the ways. @returns whether it ran, and ended well */
async function run(how: string, command: string, env: Record<string, string>): Promise<boolean> {
	switch (how) {
		case 'given a text':
			return (await runWithInput({command: [command], env}, 'a text', plenty)) === 'done';
		case 'left alone':
			return (await startAndLeave({command: [command], env}, plenty)).ok;
		default:
			return (await runShellLine(`${command} 2>&1`, env, plenty)).end === 0;
	}
}
