import {spawnSync} from 'node:child_process';
import {thorough} from './thorough.ts';

/** Why a test that needs a program is skipped: it is not installed; `false` where it is. `.ci/run` skips nothing. */
export function whyMissing(program: string): string | false {
	const missing = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status !== 0;
	return missing && !thorough ? `${program} is not installed` : false;
}
