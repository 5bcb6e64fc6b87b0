import {spawnSync} from 'node:child_process';
import {thorough} from './thorough.ts';

/** Why tests are skipped that need something which is not installed; `false` where it is. `.ci/run` skips nothing: they fail there for what is missing. */
export function whySkipped(missing: string | false): string | false {
	return thorough ? false : missing;
}

/** Why a test that needs a program is skipped: it is not installed; `false` where it is. */
export function whyMissing(program: string): string | false {
	const missing = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status !== 0;
	return whySkipped(missing && `${program} is not installed`);
}
