import type {Delivery} from '../../desktop/callback.ts';
import type {LinkWindow} from '../../desktop/desktop.ts';
import type {HeldInfo, KeyInfo} from '../../flock/key.ts';
import type {Link} from '../../keymaker/keymaker.ts';
import type {Problem} from './problem.ts';

/** One bot's result on a walk through the flock. */
export type WalkResult = {
	bot: string;
	kind: 'made' | 'skipped' | 'failed' | 'held' | 'discarded';
	/** What happened, and what to do about it, if something went wrong. */
	problem: Problem | null;
};

/** A walk from one bot that needs a person to the next. */
export type Walk = {
	/** The walk's bots, in order. */
	queue: readonly string[];
	/** One result per bot, the latest one. */
	results: readonly WalkResult[];
	/** True once the person goes from bot to bot, not only to one. */
	walking: boolean;
	/** When it began, in milliseconds since 1970. */
	startedAt: number;
};

/** Why a new link replaces an earlier one. */
export type Renewal = {
	/** In sentences; `null` for a bot's first link. */
	note: string | null;
	/** The details of the earlier one's problem, if X or the network said no. */
	label: string | null;
};

/** What is done with a link as soon as it is there; a phone cannot call back, so `qr` asks for one with a PIN. */
export type Show = 'open' | 'qr' | null;

/** A person's decision about a held key. */
export type Decision = 'keep' | 'discard' | 'again';

/** The phase of an authorization. */
export type Phase =
	| ({name: 'requesting'; startedAt: number; show: Show} & Renewal)
	| ({
			name: 'awaiting-pin';
			link: Link;
			/** The text of the PIN field. */
			pin: string;
			/** A letter that can be a command, or the beginning of a pasted text. */
			letter: string | null;
			problem: Problem | null;
			/** X's answer that came by callback, and waits until nothing lies over this screen; `null` where none has. */
			called: Delivery | null;
	  } & Renewal)
	/** `pin` is `null` where X's answer came by callback. */
	| {name: 'exchanging'; link: Link; pin: string | null; startedAt: number}
	| {
			name: 'conflict';
			/** The bot's held keys as known now, oldest first. */
			held: readonly HeldInfo[];
			/** The one to decide about, by its `tokenId`. */
			selected: string;
			/** Those, by their `tokenId`, that no reading of the flock has shown yet. */
			fresh: readonly string[];
			/** The running decision; `again` discards the key and asks for a new link. */
			deciding: Decision | null;
	  }
	| ({name: 'failed'; problem: Problem} & Renewal)
	| {name: 'saved'; key: KeyInfo; kept: boolean}
	/** The last held key was discarded, on a walk. */
	| {name: 'discarded'; key: KeyInfo}
	/** The bot has keys among the state's unsaved ones. */
	| {name: 'unsaved'; problem: Problem; saving: boolean; revealed: boolean};

/** A link opened in the browser. */
export type Opened = {url: string; window: LinkWindow['kind']};

/** The authorization of one bot. */
export type AuthorizeScreen = {
	name: 'authorize';
	bot: string;
	/** Identifies the running work: a result with another number is late. */
	attempt: number;
	phase: Phase;
	/** This bot's last problem on this screen, for the walk's summary. */
	lastProblem: Problem | null;
	/** The link last opened in the browser, and its window; `null` for none. */
	opened: Opened | null;
	/** The previous bot's result on a walk; `null` for the first one. */
	said: {text: string; tone: 'good' | 'warn'} | null;
	walk: Walk;
};
