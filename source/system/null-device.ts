import {type Stats, statSync} from 'node:fs';

/** True for `/dev/null`, the output of programs that nobody watches: cron's, a service's, those under `nohup`. */
export function isNullDevice({rdev}: Stats): boolean {
	return statSync('/dev/null', {throwIfNoEntry: false})?.rdev === rdev;
}
