import {visible} from '../../flock/visible.ts';
import {accountPage, contactOf} from '../model/account.ts';
import {type Copyable, type State, selectedBot} from '../model/state.ts';
import {notify, type Step, step} from '../model/step.ts';

/** Copies the selected bot's handle and, at each further press, the next fact about its account. */
export function copyAccount(state: State): Step {
	const bot = selectedBot(state);
	const contact = bot === undefined ? null : contactOf(bot);
	if (bot === undefined || contact === null) {
		return notify(state, 'No account to copy yet.');
	}

	const {handle, id} = contact;
	const page = accountPage(contact, state.fixed.practice);
	const all: readonly (readonly [what: Copyable, text: string | null, word: string])[] = [
		['handle', handle === null ? null : `@${handle}`, 'handle'],
		['id', id, 'id'],
		['page', page, 'link'],
	];
	const known = all.filter(([, text]) => text !== null);
	const before =
		state.copied?.bot === bot.name ? known.findIndex(([what]) => what === state.copied?.what) : -1;
	const [what, text] = known[(before + 1) % known.length] ?? ['handle', ''];
	const next = known[before + 2];
	const more = next === undefined ? '' : ` Press c again for the ${next[2]}.`;
	return step(
		{...state, copied: {bot: bot.name, what}},
		{type: 'copy', text: text ?? '', what: `${visible(text ?? '')}.${more}`},
	);
}

/** Opens the page of the selected bot's account at X. Practice accounts have none. */
export function openAccount(state: State): Step {
	const bot = selectedBot(state);
	const contact = bot === undefined ? null : contactOf(bot);
	if (contact === null) {
		return notify(state, 'No account to open yet.');
	}

	const page = accountPage(contact, state.fixed.practice);
	return page === null
		? notify(state, 'Accounts in practice have no page at X.')
		: step(state, {type: 'open', url: page});
}
