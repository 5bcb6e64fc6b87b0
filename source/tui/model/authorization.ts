import type {Delivery} from '../../desktop/callback.ts';
import type {LinkWindow} from '../../desktop/desktop.ts';
import type {HeldInfo, KeyInfo} from '../../flock/key.ts';
import type {Link} from '../../keymaker/keymaker.ts';
import type {Problem} from './problem.ts';

/** What became of one bot on a walk through the flock. */
export type WalkResult = {
	bot: string;
	kind: 'made' | 'skipped' | 'failed' | 'held' | 'discarded';
	/** What happened, and what to do about it, where something went wrong. */
	problem: Problem | null;
};

/** A walk from one bot that needs a person to the next. */
export type Walk = {
	/** The bots that this walk goes through, in order. */
	queue: readonly string[];
	/** One result a bot, the latest one. */
	results: readonly WalkResult[];
	/** True once the person goes from bot to bot, and not just to one. */
	walking: boolean;
	/** When it began, in milliseconds since 1970. */
	startedAt: number;
};

/** Why there is a new link in the place of an earlier one. */
export type Renewal = {
	/** In sentences; `null` for a bot's first link. */
	note: string | null;
	/** The small print of what went wrong with the earlier one, where X or the network said no. */
	label: string | null;
};

/** What is done with a link as soon as it is there; a phone cannot call back, so `qr` asks for one with a PIN. */
export type Show = 'open' | 'qr' | null;

/** What a person decides about a held key. */
export type Decision = 'keep' | 'discard' | 'again';

/** Where one authorization stands. */
export type Phase =
	| ({name: 'requesting'; startedAt: number; show: Show} & Renewal)
	| ({
			name: 'awaiting-pin';
			link: Link;
			/** What is in the PIN field. */
			pin: string;
			/** A letter that may turn out to be a command, or the beginning of a pasted text. */
			letter: string | null;
			problem: Problem | null;
			/** X's answer that came by callback, and waits until nothing lies over this screen; `null` where none has. */
			called: Delivery | null;
	  } & Renewal)
	/** `pin` is `null` where X's answer came by callback. */
	| {name: 'exchanging'; link: Link; pin: string | null; startedAt: number}
	| {
			name: 'conflict';
			/** The bot's held keys as far as they are known now, oldest first. */
			held: readonly HeldInfo[];
			/** The one that a decision is about, by its `tokenId`. */
			selected: string;
			/** Those, by their `tokenId`, that no reading of the flock has shown yet. */
			fresh: readonly string[];
			/** The decision that is being carried out; `again` discards the key and asks for a new link. */
			deciding: Decision | null;
	  }
	| ({name: 'failed'; problem: Problem} & Renewal)
	| {name: 'saved'; key: KeyInfo; kept: boolean}
	/** The last held key was discarded, on a walk. */
	| {name: 'discarded'; key: KeyInfo}
	/** The bot has keys among the state's unsaved ones. */
	| {name: 'unsaved'; problem: Problem; saving: boolean; revealed: boolean};

/** A link that the browser was asked to open. */
export type Opened = {url: string; window: LinkWindow['kind']};

/** The authorization of one bot. */
export type AuthorizeScreen = {
	name: 'authorize';
	bot: string;
	/** Names the work under way: a result with another number is late. */
	attempt: number;
	phase: Phase;
	/** What last went wrong for this bot on this screen, for the walk's summary. */
	lastProblem: Problem | null;
	/** The link that the browser was last asked to open, and the window that it got; `null` for none. */
	opened: Opened | null;
	/** What came of the bot before on a walk; `null` for the first one. */
	said: {text: string; tone: 'good' | 'warn'} | null;
	walk: Walk;
};
