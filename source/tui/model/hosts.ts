import {keysOf} from '../../flock/key.ts';
import {chosen} from './list.ts';
import {botOf, type HostChoice, type State} from './state.ts';

/** The bots that can be granted: of the marked ones, else the selected one, those with a key or a grant. */
export function grantable(state: State): string[] {
	return chosen(state)
		.filter(bot => keysOf(bot).length > 0 || bot.grants !== undefined)
		.map(({name}) => name);
}

/** The choices: grant these bots to each host that the flock knows, take them back from it, or grant them to a new one. */
export function hostChoices(state: State, names: readonly string[]): HostChoice[] {
	const bots = names.flatMap(name => botOf(state, name) ?? []);
	const hosts = new Map((state.flock ?? []).flatMap(({grants = []}) => grants.map(one => [one.name, one])));
	const choices = [...hosts.values()]
		.sort((one, other) => (one.name < other.name ? -1 : 1))
		.flatMap(({name, recipient}): HostChoice[] => {
			const having = bots.filter(({grants = []}) => grants.some(grant => grant.name === name));
			return [
				...(having.length < bots.length ? [{kind: 'grant', host: {name, recipient}} as const] : []),
				...(having.length > 0 ? [{kind: 'take-back', name, bots: having.map(bot => bot.name)} as const] : []),
			];
		});
	return [...choices, {kind: 'new'}, {kind: 'cancel'}];
}
