import type {FormatName} from '../../bundles/formats.ts';
import type {WhyNotOpen} from '../../desktop/desktop.ts';
import type {CallbackPort} from '../../flock/callback.ts';
import type {Bot, Flock} from '../../flock/flock.ts';
import type {KeyInfo} from '../../flock/key.ts';
import type {PoemFolder} from '../../flock/poem.ts';
import type {AppSource} from '../../keymaker/app-key.ts';
import type {Host} from '../../keymaker/grant.ts';
import type {PoemText} from '../../poems/poems.ts';
import type {AuthorizeScreen, Phase, WalkResult} from './authorization.ts';
import type {Problem} from './problem.ts';
import type {Secret} from './secret.ts';

/** The window, in terminal cells. */
export type Size = {columns: number; rows: number};

/** The rows of a state's frame. */
export type Room = {
	/** Of the list. */
	list: number;
	/** Above the list, on the whole screen. */
	listTop: number;
	/** Between the header and the foot. */
	body: number;
	/** Down to the last row of a panel at the foot. */
	panelEnd: number;
	/** The full height of the help; 0 while it is closed. */
	help: number;
};

/** The order of the list. */
export type Sort = 'name' | 'status' | 'last-checked';

/** The list as the person arranged it. */
export type Listing = {
	filter: string;
	sort: Sort;
	/** The marked bots, by name. */
	marks: ReadonlySet<string>;
	/** The selected bot's name: the selection belongs to a bot, not to a row. */
	selected: string | null;
	/** The bots that match the filter, in order. */
	shown: readonly Bot[];
	/** The index in `shown` of the screen's first row. */
	top: number;
};

/** The app in use, without its secret. */
export type AppInfo = {
	consumerKey: string;
	from: AppSource['from'];
	/** The port of the callback address that was saved with it. */
	callbackPort?: number;
};

/** The app's key and secret, as typed. */
export type SetupScreen = {
	name: 'setup';
	field: 'consumerKey' | 'consumerSecret' | 'callback';
	/** Hidden too, since the pasted text may be the secret. */
	consumerKey: Secret;
	consumerSecret: Secret;
	/** The port of the callback address, as it is typed; empty for PINs. */
	callback: string;
	attempt: number;
	/** Since when X has been asked, in milliseconds since 1970; `null` while it is not asked. */
	tryingSince: number | null;
	problem: Problem | null;
	/** The bot to authorize next. */
	bot: string | null;
};

/** What the window shows. */
export type Screen =
	| {name: 'flock'}
	| AuthorizeScreen
	| SetupScreen
	/** The steps to a first key, without an app; the bot is the one to authorize next. */
	| {name: 'first-run'; bot: string}
	| {
			name: 'summary';
			results: readonly WalkResult[];
			/** The walk's bots that still need a person. */
			left: number;
			/** How long the walk took; milliseconds. */
			tookMs: number;
	  };

/** An export in preparation. */
export type ExportDraft = {
	/** All of them have an active key. */
	bots: readonly string[];
	format: FormatName;
	/** A file or a folder, as typed. */
	path: string;
	/** True once the person has changed the path: then another format does not change it. */
	ownPath: boolean;
};

/** A question: enter answers yes, esc no. */
export type Question =
	| {about: 'check'; bots: readonly string[]}
	| {about: 'new-link'}
	| {about: 'reveal'}
	/** Another kind of file is at the export's destination. */
	| {about: 'overwrite'; draft: ExportDraft; sentence: string}
	| {about: 'quit'; bots: readonly string[]; exitCode: number};

/** The choices of the forget dialog. */
export type ForgetChoice = 'forget' | 'revoke' | 'cancel';

/** A choice of the hosts dialog. */
export type HostChoice =
	| {kind: 'grant'; host: Host}
	| {kind: 'take-back'; name: string; bots: readonly string[]}
	| {kind: 'new'}
	| {kind: 'cancel'};

/** What lies over a screen and takes its keys. */
export type Overlay =
	| {name: 'filter'}
	/** The problem with the text stays beside it. */
	| {name: 'handle'; bot: string; text: string; problem: Problem | null}
	/** `all` after a second press; `over` is what it covers, which returns. */
	| {name: 'help'; all: boolean; top: number; over: Overlay | null}
	/** A place's commands by name; `selected` is an index among the matching rows, `top` the first one on the screen. */
	| {name: 'palette'; text: string; selected: number; top: number; over: Overlay | null}
	| {name: 'confirm'; question: Question}
	| {name: 'forget'; bots: readonly string[]; choice: ForgetChoice}
	| {name: 'hosts'; bots: readonly string[]; choice: number}
	/** `recipient` is the one whose name is typed next; `null` before it is known. */
	| {
			name: 'grant';
			bots: readonly string[];
			recipient: string | null;
			text: string;
			/** True once an identity was typed here, until a recipient is pasted. */
			isRefused: boolean;
			problem: Problem | null;
	  }
	| {
			name: 'export';
			draft: ExportDraft;
			/** The running attempt; `null` while nothing is written. */
			attempt: number | null;
			problem: Problem | null;
	  }
	| {name: 'qr'};

/** A running check: the flock stays usable, and its rows show the progress. */
export type Checking = {
	attempt: number;
	bots: readonly string[];
	/** X's answers so far, by the bot's name; `null` if the key works. */
	results: ReadonlyMap<string, CheckProblem | null>;
	startedAt: number;
	/** Until when to wait for an X limit; milliseconds since 1970. */
	waitingUntil: number | null;
	cancelled: boolean;
};

/** A running revocation: the flock stays usable, and its rows show the progress. */
export type Revoking = {
	bots: readonly string[];
	/** Which bots X has answered about so far: why it did not revoke the key, `null` if it did. */
	results: ReadonlyMap<string, Problem | null>;
	/** When X was asked about the current bot, in milliseconds since 1970. */
	startedAt: number;
};

/** Why a check of one bot failed. */
export type CheckProblem = Problem & {
	/** True if X rejected the key itself. */
	rejected: boolean;
};

/** A notice's meaning. */
export type NoticeTone = 'good' | 'plain' | 'bad';

/** Feedback about the latest action; disappears by itself. */
export type Notice = {id: number; text: string; tone: NoticeTone};

/** A key that the keystore did not accept, without its secrets. If it waits, it is safe on this computer. */
export type UnsavedKey = {bot: string; tokenId: string; key: KeyInfo; problem: Problem; waits: boolean};

/** Everything that is drawn. Holds no secret. */
export type State = {
	size: Size;
	/** Reported by the frame after each change. */
	room: Room;
	screen: Screen;
	overlay: Overlay | null;
	notice: Notice | null;
	/** `null` while X is not asked about keys. */
	checking: Checking | null;
	/** `null` while no key is revoked. */
	revoking: Revoking | null;
	/** `null` until it has been read once. */
	flock: Flock | null;
	folder: PoemFolder | null;
	/** Why the flock cannot be read. */
	problem: Problem | null;
	/** Why the remote keystore is unreachable now. The flock is the last one read, at `since`. */
	away: {problem: Problem; since: string} | null;
	list: Listing;
	/** The width of the longest name and handle. */
	widths: {name: number; handle: number};
	app: AppInfo | null;
	/** The problem with the given app key; the flock works without it. */
	appProblem: Problem | null;
	/**
	 * The bot beside the list, and the beginning of its poem. It stays until the selected poem has been read,
	 * so nothing flickers.
	 */
	preview: {bot: string; text: PoemText | null} | null;
	/** The bot whose poem was requested last. */
	previewing: string | null;
	/** The files outside the folder of poems that the person wants to read, as real paths. */
	agreed: ReadonlySet<string>;
	/** New keys that the keystore did not accept: only in memory, or waiting on this computer. */
	unsaved: readonly UnsavedKey[];
	/** The latest bots that were forgotten, or whose key was discarded, and that can be restored; latest first. */
	forgotten: readonly (readonly string[])[];
	/** The number of characters after the cursor of the active field. */
	caret: number;
	/** What was copied last of which bot: the next press copies the next fact. */
	copied: {bot: string; what: Copyable} | null;
	/** The latest attempt's number. */
	attempts: number;
	/** What became of the wish that X call back: `refused` by X for good, or `failed` and said once. */
	callback: 'wanted' | 'failed' | 'refused';
	/** When a paste last submitted a PIN by itself, in milliseconds since 1970. */
	handedInAt: number;
	/** When enter was last pressed, in milliseconds since 1970. */
	enterAt: number;
	/** The latest notice's number. */
	notices: number;
	/** On a host, how many bots it cannot open; else `null`. */
	others: number | null;
	/** When the flock was last read, in milliseconds since 1970. */
	readAt: number;
	/** What never changes while the program runs. */
	fixed: Fixed;
};

/** The facts about a bot's account to copy, in this order. */
export type Copyable = 'handle' | 'id' | 'page';

/** What the program knows from the start. */
export type Fixed = {
	/** The flock's name. */
	flock: string;
	/** True if the mouse can be used. */
	mouse: boolean;
	/** The folder of poems, an absolute path. */
	poemsPath: string;
	/** The same as the person would type it: relative to the current folder, if it is below that. */
	poemsName: string;
	/** The keystore's file, an absolute path. */
	keystorePath: string;
	practice: boolean;
	/** True if bots can be granted to hosts. */
	shared: boolean;
	/** How many seconds X has to answer. */
	deadlineSeconds: number;
	/** The warning about the connection to X, on every frame; `null` if there is none. */
	warning: string | null;
	/** The port to listen on that the person gave; `null` leaves it to what was saved with the app. */
	callbackPort: CallbackPort | null;
	/** Why no browser opens automatically; `null` if one does. */
	whyNotOpen: WhyNotOpen | null;
	/** True if a screen reader speaks the screen: then nothing is beside anything else. */
	spoken: boolean;
	/** The bot to authorize once the flock has been read. */
	authorizeFirst: string | null;
};

/** The state before anything has been read. */
export function initialState(fixed: Fixed, size: Size): State {
	return {
		size,
		room: {list: 0, listTop: 0, body: 0, panelEnd: 0, help: 0},
		screen: {name: 'flock'},
		overlay: null,
		checking: null,
		revoking: null,
		copied: null,
		notice: fixed.warning === null ? null : {id: 0, text: fixed.warning, tone: 'bad'},
		flock: null,
		folder: null,
		problem: null,
		away: null,
		list: {filter: '', sort: 'name', marks: new Set(), selected: null, shown: [], top: 0},
		widths: {name: 0, handle: 0},
		app: null,
		appProblem: null,
		preview: null,
		previewing: null,
		agreed: new Set(),
		unsaved: [],
		forgotten: [],
		caret: 0,
		attempts: 0,
		callback: 'wanted',
		handedInAt: 0,
		enterAt: 0,
		notices: 0,
		others: null,
		readAt: 0,
		fixed,
	};
}

/**
 * The port on which X's answer is waited for; `null` where X is to show PINs. In practice it is any free one, unless the
 * person says otherwise, where a browser opens by itself: elsewhere it may be on another computer.
 */
export function callbackPortOf({fixed, app, callback}: State): number | null {
	const {callbackPort: given, practice, whyNotOpen} = fixed;
	if (callback === 'refused' || given === 'never') {
		return null;
	}

	return given ?? app?.callbackPort ?? (practice && whyNotOpen === null ? 0 : null);
}

/** What takes the keys: an overlay, or the screen and its phase. */
export type Mode = Overlay['name'] | Phase['name'] | 'flock' | 'problem' | 'setup' | 'first-run' | 'summary';

/** The mode of a state. */
export function modeOf({
	screen,
	overlay,
	problem,
	flock,
}: Pick<State, 'screen' | 'overlay' | 'problem' | 'flock'>): Mode {
	if (overlay !== null) {
		return overlay.name;
	}

	if (screen.name === 'authorize') {
		return screen.phase.name;
	}

	if (screen.name === 'flock' && problem !== null) {
		return 'problem';
	}

	return screen.name === 'flock' && flock?.length === 0 ? 'first-run' : screen.name;
}

/** A bot by its name; `undefined` if the flock has none. */
export function botOf(state: State, name: string | null): Bot | undefined {
	return state.flock?.find(bot => bot.name === name);
}

/** The new keys that are lost when the program ends. */
export function inMemoryOnly({unsaved}: Pick<State, 'unsaved'>): readonly UnsavedKey[] {
	return unsaved.filter(({waits}) => !waits);
}

/** Returns to the flock if the screen was about unsaved keys of a bot that has none any more. */
export function withoutSaved(state: State, bot: string): State {
	const {screen, unsaved} = state;
	const isOver =
		screen.name === 'authorize' &&
		screen.phase.name === 'unsaved' &&
		screen.bot === bot &&
		unsaved.every(one => one.bot !== bot);
	return isOver ? {...state, overlay: null, screen: {name: 'flock'}} : state;
}

/** True if there are keys, but the folder of poems cannot be read or is empty: it may return any moment. */
export function poemsAreGone({folder, flock}: State): boolean {
	return folder !== null && folder.problem !== null && (flock?.length ?? 0) > 0;
}

/** The selected bot, if any is shown. */
export function selectedBot({list}: State): Bot | undefined {
	return list.shown.find(bot => bot.name === list.selected);
}
