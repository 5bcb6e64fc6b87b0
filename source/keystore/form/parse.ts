import type {BotRecord} from '../../flock/key.ts';
import {oneForm} from '../../flock/poem.ts';
import {visible} from '../../flock/visible.ts';
import {appPrefix, botPrefix, type State} from '../state.ts';
import {Damage} from './damage.ts';
import {type Fault, isObject, orNull, pathOf, text, where} from './fault.ts';
import {appFault, recordFault} from './fields.ts';

/**
 * Parses the state of a keystore file. Every field must exist, have its type, and be known. Bots' names get
 * their normal form.
 * @throws `Damage` that names the field, and never its value.
 */
export function parseState(fields: unknown): State {
	if (!isObject(fields)) {
		throw new Damage('it is JSON, but not a keystore');
	}

	const apps = new Map<string, string>();
	const records = new Map<string, BotRecord>();
	for (const name of Object.keys(fields)) {
		const value = fields[name];
		if (name.startsWith(botPrefix)) {
			const bot = oneForm(name.slice(botPrefix.length));
			if (records.has(bot)) {
				throw new Damage(`it has two records of ${visible(bot)}, with the name spelled in two ways`);
			}

			records.set(bot, good<BotRecord>(value, recordFault, name));
		} else if (name.startsWith(appPrefix)) {
			const {consumerSecret} = good<{consumerSecret: string}>(value, appFault, name);
			apps.set(name.slice(appPrefix.length), consumerSecret);
		} else if (name !== 'poems' && name !== 'savedApp' && name !== 'savedCallback') {
			throw new Damage(`it has an unknown field, ${visible(name)}`);
		}
	}

	const poems = good<string | null>(fields.poems, orNull(text), 'poems');
	const savedApp = good<string | null>(fields.savedApp, orNull(text), 'savedApp');
	if (savedApp !== null && !apps.has(savedApp)) {
		throw wrong('savedApp');
	}

	const savedCallback = good<number | null>(fields.savedCallback ?? null, orNull(port), 'savedCallback');
	return {poems, savedApp, savedCallback, apps, records};
}

const port = where(value => Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536);

/** The value, if it has no fault. @throws `Damage` */
export function good<T>(value: unknown, fault: Fault, name: string): T {
	const found = fault(value);
	if (found !== null) {
		throw wrong(pathOf(name, found));
	}

	return value as T;
}

function wrong(path: string): Damage {
	return new Damage(`its field ${visible(path)} is missing or malformed`);
}
