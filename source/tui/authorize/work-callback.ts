import type {Listening} from '../../desktop/callback.ts';
import {deniedSentence} from '../../flock/words.ts';
import type {Link} from '../../keymaker/keymaker.ts';
import type {Action} from '../model/action.ts';

/** The links whose answer is waited for on a port of this computer. */
export type Callbacks = {
	/** Waits for the answer to a link, and dispatches it. */
	expect(link: Link, listening: Listening): void;
	/** Says on the page that the browser then shows what came of the answer. */
	say(linkId: string, sentence: string): void;
	/** Waits no more. */
	end(linkId: string): void;
	/** Waits no more for an earlier link of a bot, which is void. */
	endOf(bot: string): void;
};

/** Keeps what is listened on by the links that it is for. */
export function createCallbacks(dispatch: (action: Action) => void): Callbacks {
	const open = new Map<string, {bot: string; listening: Listening}>();

	const say = (linkId: string, sentence: string) => open.get(linkId)?.listening.say(sentence);

	function end(linkId: string): void {
		const listening = open.get(linkId)?.listening;
		open.delete(linkId);
		listening?.close();
	}

	return {
		async expect(link, listening) {
			open.set(link.id, {bot: link.bot, listening});
			const delivery = await listening.expect(link.id);
			if (delivery?.kind === 'denied') {
				say(link.id, deniedSentence(link.bot));
				end(link.id);
			}

			if (delivery !== null) {
				dispatch({type: 'called-back', linkId: link.id, delivery});
			}
		},
		say,
		end,
		endOf(bot) {
			for (const [linkId, one] of open) {
				if (one.bot === bot) {
					end(linkId);
				}
			}
		},
	};
}
