import type {FormatName} from '../../bundles/formats.ts';
import type {WhyNotOpen} from '../../desktop/desktop.ts';
import type {CallbackPort} from '../../flock/callback.ts';
import type {Bot, Flock} from '../../flock/flock.ts';
import type {KeyInfo} from '../../flock/key.ts';
import type {PoemFolder} from '../../flock/poem.ts';
import type {AppSource} from '../../keymaker/app-key.ts';
import type {PoemText} from '../../poems/poems.ts';
import type {AuthorizeScreen, Phase, WalkResult} from './authorization.ts';
import type {Problem} from './problem.ts';
import type {Secret} from './secret.ts';

/** The window, in terminal cells. */
export type Size = {columns: number; rows: number};

/** The rows that the frame of a state has room for. */
export type Room = {
	/** Of the list. */
	list: number;
	/** Above the list, on the whole screen. */
	listTop: number;
	/** Between the header and whatever stands at the foot. */
	body: number;
	/** Down to the last one of a panel at the foot. */
	panelEnd: number;
	/** That the help would take in full; 0 where it is not open. */
	help: number;
};

/** The order of the list. */
export type Sort = 'name' | 'status' | 'last-checked';

/** The list as the person has arranged it. */
export type Listing = {
	filter: string;
	sort: Sort;
	/** The bots that were marked, by name. */
	marks: ReadonlySet<string>;
	/** The selected bot's name: the selection belongs to a bot, not to a row. */
	selected: string | null;
	/** The bots that pass the filter, in order. */
	shown: readonly Bot[];
	/** The index in `shown` of the first row on the screen. */
	top: number;
};

/** The app in use, without its secret. */
export type AppInfo = {
	consumerKey: string;
	from: AppSource['from'];
	/** The port of the callback address that was saved with it. */
	callbackPort?: number;
};

/** The app's key and secret, as they are typed. */
export type SetupScreen = {
	name: 'setup';
	field: 'consumerKey' | 'consumerSecret' | 'callback';
	/** Hidden too: what was pasted here may be the secret. */
	consumerKey: Secret;
	consumerSecret: Secret;
	/** The port of the callback address, as it is typed; empty for PINs. */
	callback: string;
	attempt: number;
	/** Since when X has been asked, in milliseconds since 1970; `null` while nothing is asked. */
	tryingSince: number | null;
	problem: Problem | null;
	/** The bot to authorize afterwards. */
	bot: string | null;
};

/** What the window shows. */
export type Screen =
	| {name: 'flock'}
	| AuthorizeScreen
	| SetupScreen
	/** The steps to a first key, where there is no app; the bot is the one to authorize afterwards. */
	| {name: 'first-run'; bot: string}
	| {
			name: 'summary';
			results: readonly WalkResult[];
			/** The bots of the walk that still need a person. */
			left: number;
			/** How long the walk took; milliseconds. */
			tookMs: number;
	  };

/** An export as it is put together. */
export type ExportDraft = {
	/** All of them have a key in force. */
	bots: readonly string[];
	format: FormatName;
	/** A file or a folder, as the person writes it. */
	path: string;
	/** True once the person has changed the path: then another format does not change it again. */
	ownPath: boolean;
};

/** A question that enter answers with yes, and esc with no. */
export type Question =
	| {about: 'check'; bots: readonly string[]}
	| {about: 'new-link'}
	| {about: 'reveal'}
	/** A file of another kind stands where the export is to go. */
	| {about: 'overwrite'; draft: ExportDraft; sentence: string}
	| {about: 'quit'; bots: readonly string[]; exitCode: number};

/** What the forget dialog offers. */
export type ForgetChoice = 'forget' | 'revoke' | 'cancel';

/** What lies over a screen and takes its keys. */
export type Overlay =
	| {name: 'filter'}
	/** What is wrong with the text stays beside it. */
	| {name: 'handle'; bot: string; text: string; problem: Problem | null}
	/** `all` once it was asked for a second time; `over` is what it lies over, which comes back. */
	| {name: 'help'; all: boolean; top: number; over: Overlay | null}
	/** The commands of a place by name; `selected` counts the rows that match, `top` is the first one on the screen. */
	| {name: 'palette'; text: string; selected: number; top: number; over: Overlay | null}
	| {name: 'confirm'; question: Question}
	| {name: 'forget'; bots: readonly string[]; choice: ForgetChoice}
	| {
			name: 'export';
			draft: ExportDraft;
			/** The attempt under way; `null` while nothing is written. */
			attempt: number | null;
			problem: Problem | null;
	  }
	| {name: 'qr'};

/** A check that is under way: the flock stays usable, and its rows say how each stands. */
export type Checking = {
	attempt: number;
	bots: readonly string[];
	/** What X has said so far, by the bot's name; `null` where the key works. */
	results: ReadonlyMap<string, CheckProblem | null>;
	startedAt: number;
	/** Until when a limit of X is waited for; milliseconds since 1970. */
	waitingUntil: number | null;
	cancelled: boolean;
};

/** A revocation that is under way: the flock stays usable, and its rows say how each stands. */
export type Revoking = {
	bots: readonly string[];
	/** Which bots X has answered about so far: why it did not revoke the key, `null` where it did. */
	results: ReadonlyMap<string, Problem | null>;
	/** When X was asked about the bot that is being revoked, in milliseconds since 1970. */
	startedAt: number;
};

/** Why a check of one bot did not end well. */
export type CheckProblem = Problem & {
	/** True where X refused the key itself. */
	rejected: boolean;
};

/** How a notice is meant. */
export type NoticeTone = 'good' | 'plain' | 'bad';

/** Feedback for the latest action; gone by itself. */
export type Notice = {id: number; text: string; tone: NoticeTone};

/** A key that the keystore would not take, without its secrets; where it waits, it is safe on this computer. */
export type UnsavedKey = {bot: string; tokenId: string; key: KeyInfo; problem: Problem; waits: boolean};

/** Everything that is drawn. Holds no secret. */
export type State = {
	size: Size;
	/** Told by the frame after each change. */
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
	/** Why the keystore, which is elsewhere, cannot be reached now: the flock is the one that was read last. `since` is when that was. */
	away: {problem: Problem; since: string} | null;
	list: Listing;
	/** The columns that the longest name and handle take. */
	widths: {name: number; handle: number};
	app: AppInfo | null;
	/** What is wrong with the app key that was given; the flock is there all the same. */
	appProblem: Problem | null;
	/** The bot beside the list, and the beginning of its poem. It stays until the selected poem has been read, so that nothing flickers. */
	preview: {bot: string; text: PoemText | null} | null;
	/** The bot whose poem was asked for last. */
	previewing: string | null;
	/** The files outside the folder of poems that the person wants to read, as real paths. */
	agreed: ReadonlySet<string>;
	/** Fresh keys that the keystore would not take: in memory only, or waiting on this computer. */
	unsaved: readonly UnsavedKey[];
	/** The latest bots that were forgotten, or a key of theirs discarded, and that can be brought back; latest first. */
	forgotten: readonly (readonly string[])[];
	/** How many characters stand behind the cursor of the field that the keys go to. */
	caret: number;
	/** What was copied last of which bot: the next press copies the next. */
	copied: {bot: string; what: Copyable} | null;
	/** The latest attempt's number. */
	attempts: number;
	/** What became of the wish that X call back: `refused` by X for good, or `failed` and said once. */
	callback: 'wanted' | 'failed' | 'refused';
	/** When a PIN was last handed in by its paste alone, in milliseconds since 1970. */
	handedInAt: number;
	/** When enter was last pressed, in milliseconds since 1970. */
	enterAt: number;
	/** The latest notice's number. */
	notices: number;
	/** When the flock was last read, in milliseconds since 1970. */
	readAt: number;
	/** What never changes while the program runs. */
	fixed: Fixed;
};

/** What can be copied of a bot's account, in this order. */
export type Copyable = 'handle' | 'id' | 'page';

/** What the program knows from its start. */
export type Fixed = {
	/** The flock's name. */
	flock: string;
	/** True where the mouse may be used. */
	mouse: boolean;
	/** The folder of poems, an absolute path. */
	poemsPath: string;
	/** The same as a person would write it: from the current folder, where it lies in there. */
	poemsName: string;
	/** The keystore's file, an absolute path. */
	keystorePath: string;
	practice: boolean;
	/** The seconds that X gets for an answer. */
	deadlineSeconds: number;
	/** What is wrong with the way to X, as a sentence: it stands on every frame; `null` where nothing is. */
	warning: string | null;
	/** The port to listen on that the person gave; `null` leaves it to what was saved with the app. */
	callbackPort: CallbackPort | null;
	/** Why no browser is opened by itself; `null` where it is. */
	whyNotOpen: WhyNotOpen | null;
	/** True where a screen reader speaks the screen: then nothing stands beside anything else. */
	spoken: boolean;
	/** The bot to authorize as soon as the flock has been read. */
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

/** A bot by its name; `undefined` where the flock has none. */
export function botOf(state: State, name: string | null): Bot | undefined {
	return state.flock?.find(bot => bot.name === name);
}

/** The fresh keys that are lost when the program ends. */
export function inMemoryOnly({unsaved}: Pick<State, 'unsaved'>): readonly UnsavedKey[] {
	return unsaved.filter(({waits}) => !waits);
}

/** Back to the flock where the screen was about unsaved keys of a bot that has none any more. */
export function withoutSaved(state: State, bot: string): State {
	const {screen, unsaved} = state;
	const isOver =
		screen.name === 'authorize' &&
		screen.phase.name === 'unsaved' &&
		screen.bot === bot &&
		unsaved.every(one => one.bot !== bot);
	return isOver ? {...state, overlay: null, screen: {name: 'flock'}} : state;
}

/** True where there are keys, and the folder of their poems cannot be read or holds none: it may be back any moment. */
export function poemsAreGone({folder, flock}: State): boolean {
	return folder !== null && folder.problem !== null && (flock?.length ?? 0) > 0;
}

/** The selected bot, if any is shown. */
export function selectedBot({list}: State): Bot | undefined {
	return list.shown.find(bot => bot.name === list.selected);
}
