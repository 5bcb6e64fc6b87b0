import {command as exec} from '../commands/exec.ts';
import {command as list} from '../commands/list.ts';
import type {AnyDefinition} from '../commands/shared/definition.ts';

type Load = () => Promise<AnyDefinition>;

/**
 * Every command under the help's titles, loaded when needed. `list` and `exec`, which scripts call often, are
 * loaded at once.
 */
export const groups: Readonly<Record<string, Readonly<Record<string, Load>>>> = {
	'Make keys': {
		list: async () => list,
		authorize: async () => (await import('../commands/authorize.ts')).command,
		check: async () => (await import('../commands/check.ts')).command,
		keep: async () => (await import('../commands/keep.ts')).command,
		discard: async () => (await import('../commands/discard.ts')).command,
		expect: async () => (await import('../commands/expect.ts')).command,
		rename: async () => (await import('../commands/rename.ts')).command,
	},
	'Use keys': {
		exec: async () => exec,
		export: async () => (await import('../commands/export.ts')).command,
		import: async () => (await import('../commands/import.ts')).command,
	},
	'Share with hosts': {
		host: async () => (await import('../commands/host.ts')).command,
		grant: async () => (await import('../commands/grant.ts')).command,
		ungrant: async () => (await import('../commands/ungrant.ts')).command,
		grants: async () => (await import('../commands/grants.ts')).command,
	},
	'Remove keys': {
		forget: async () => (await import('../commands/forget.ts')).command,
		revoke: async () => (await import('../commands/revoke.ts')).command,
	},
	'Keep the keystore': {
		encrypt: async () => (await import('../commands/encrypt.ts')).command,
		decrypt: async () => (await import('../commands/decrypt.ts')).command,
		passphrase: async () => (await import('../commands/passphrase.ts')).command,
		restore: async () => (await import('../commands/restore.ts')).command,
		move: async () => (await import('../commands/move.ts')).command,
		history: async () => (await import('../commands/history.ts')).command,
		schema: async () => (await import('../commands/schema.ts')).command,
	},
	'Set up': {
		init: async () => (await import('../commands/init.ts')).command,
		doctor: async () => (await import('../commands/doctor/doctor.ts')).command,
		completion: async () => (await import('../commands/completion/completion.ts')).command,
	},
};

/** Every command in the help's order. */
export const commands: Readonly<Record<string, Load>> = Object.assign({}, ...Object.values(groups));

/** Every command's definition, in the help's order. */
export function allCommands(): Promise<AnyDefinition[]> {
	return Promise.all(Object.values(commands).map(load => load()));
}
