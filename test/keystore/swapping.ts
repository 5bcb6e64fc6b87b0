// A save by root in which somebody exchanges the fresh file for a link just before one of its uses.
import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';

const {options, victim, instant} = JSON.parse(process.env.SWAP ?? '');
let uses = 0;

/** The name that the fresh file has before it takes the keystore's place. */
const fresh = /\.json\.tmp-[0-9a-f]{16}$/;

type AnyFunction = (...values: unknown[]) => unknown;
const functions = fs as unknown as Record<string, AnyFunction>;
const {lstatSync, rmSync, symlinkSync} = fs;
for (const name of [
	'openSync',
	'statSync',
	'lstatSync',
	'chownSync',
	'chmodSync',
	'utimesSync',
	'renameSync',
]) {
	const real = functions[name];
	functions[name] = (target, ...rest) => {
		if (typeof target === 'string' && fresh.test(target) && lstatSync(target, {throwIfNoEntry: false})) {
			uses += 1;
			if (uses === instant) {
				rmSync(target);
				symlinkSync(victim, target);
			}
		}

		return real?.(target, ...rest);
	};
}

syncBuiltinESMExports();
const {openKeystore} = await import('../../source/keystore/open.ts');
const {practiceRecord} = await import('./support.ts');
await openKeystore(options)
	.update(`bot ${instant}`, () => practiceRecord('swapped'))
	.catch(() => {});
process.stdout.write(uses >= instant ? 'swapped\n' : 'not reached\n');
