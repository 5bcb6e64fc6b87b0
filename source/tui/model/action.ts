import type {Delivery} from '../../desktop/callback.ts';
import type {Flock} from '../../flock/flock.ts';
import type {HeldInfo, HeldReason, KeyInfo} from '../../flock/key.ts';
import type {Poem, PoemFolder} from '../../flock/poem.ts';
import type {Host} from '../../keymaker/grant.ts';
import type {Link} from '../../keymaker/keymaker.ts';
import type {PoemText} from '../../poems/poems.ts';
import type {Opened} from './authorization.ts';
import type {Problem} from './problem.ts';
import type {Secret} from './secret.ts';
import type {AppInfo, CheckProblem, ExportDraft, NoticeTone, Size} from './state.ts';

/** The result of a PIN that X accepted: the keymaker's `Outcome`, with its error ready to draw. */
export type OutcomeInfo = {bot: string; tokenId: string; key: KeyInfo} & (
	| {kind: 'saved'}
	| {kind: 'held'; reason: HeldReason; otherBot: string | null}
	| {kind: 'unsaved'; waits: boolean; problem: Problem}
);

/** Everything that happens: the person's input, and the effects' results. */
export type Action =
	/** One key: a character, or a name such as `up`, `enter` or `ctrl+c`. */
	| {type: 'key'; key: string}
	/** Several characters together, from a paste without brackets or from keys that piled up. */
	| {type: 'text'; text: string}
	/** A bracketed paste. */
	| {type: 'paste'; text: string}
	/** A click or a turn of the wheel at a cell, counted from 0. */
	| {type: 'mouse'; what: 'click' | 'wheel-up' | 'wheel-down'; column: number; row: number}
	| {type: 'resize'; size: Size}
	| {type: 'start'}
	/** The folder or the keystore has changed. */
	| {type: 'changed'}
	| {type: 'timer'; timer: Timer}
	/** `appProblem` is the problem with the given app key; then there is no app. */
	| {
			type: 'read';
			flock: Flock;
			folder: PoemFolder;
			app: AppInfo | null;
			appProblem?: Problem | undefined;
			others?: number | null;
	  }
	| {type: 'read-failed'; problem: Problem}
	| {type: 'poem'; bot: string; text: PoemText}
	| {type: 'notice'; text: string; tone: NoticeTone}
	/** `pinInstead` says why X shows a PIN although it was to call back. */
	| {type: 'link'; attempt: number; link: Link; pinInstead?: Problem | undefined}
	/** X's answer has come by callback to the link of this id. */
	| {type: 'called-back'; linkId: string; delivery: Delivery}
	| {type: 'link-failed'; attempt: number; problem: Problem}
	| {type: 'link-held'; attempt: number; held: readonly HeldInfo[]}
	| {type: 'opened'; opened: Opened}
	| {type: 'exchanged'; attempt: number; outcome: OutcomeInfo}
	| {type: 'pin-failed'; attempt: number; problem: Problem; alive: boolean}
	| {type: 'decided'; attempt: number; kept: boolean; bot: string; tokenId: string; key: KeyInfo}
	| {type: 'decide-failed'; attempt: number; problem: Problem}
	| {
			type: 'checked';
			attempt: number;
			bot: string;
			problem: CheckProblem | null;
	  }
	| {type: 'check-pause'; attempt: number; until: number}
	| {type: 'check-over'; attempt: number; asked: number}
	| {type: 'revoked'; bot: string; problem: Problem | null}
	| {
			type: 'forgot';
			how: 'forget' | 'revoke';
			bots: readonly string[];
			shared: readonly string[];
			problem: Problem | null;
	  }
	| {type: 'brought-back'; bots: readonly string[]; problem: Problem | null}
	| {
			type: 'exported';
			attempt: number;
			keys: number;
			/** The paths, made visible. */
			files: readonly string[];
			/** What was left out, and warnings, in sentences. */
			notes: readonly string[];
	  }
	| {type: 'export-failed'; attempt: number; draft: ExportDraft; problem: Problem}
	| {type: 'app-saved'; attempt: number; app: AppInfo}
	| {type: 'app-refused'; attempt: number; problem: Problem};

/** What a timer is for. */
export type Timer = {for: 'notice'; id: number} | {for: 'letter'; attempt: number};

/** How the program's screen ends. */
export type AppExit =
	| {kind: 'ended'; exitCode: number}
	/** Without an app key the person chose practice: start again with it, and with this bot. */
	| {kind: 'practice'; bot: string | null};

/** Work to do outside, as plain data. */
export type Effect =
	| {type: 'read'}
	| {type: 'read-poem'; poem: Poem; agreed: ReadonlySet<string>}
	/** Without `callbackPort` X shows a PIN. */
	| {type: 'request-link'; bot: string; attempt: number; callbackPort?: number}
	/** Nobody waits for this attempt any more. */
	| {type: 'leave'; attempt: number}
	| {type: 'drop-link'; link: Link}
	| {type: 'submit-pin'; attempt: number; link: Link; pin: string}
	/** Hands in what a callback has brought. */
	| {type: 'submit-verifier'; attempt: number; link: Link; verifier: string}
	| {type: 'retry-save'; attempt: number; bot: string}
	/** Saves the keys that wait on this computer. */
	| {type: 'save-waiting'}
	| {type: 'decide'; attempt: number; bot: string; tokenId: string; keep: boolean}
	/** `what` names it for the person, and can say what comes next. */
	| {type: 'copy'; text: string; what?: string}
	| {type: 'open'; url: string}
	/** A link that an account signs in at. */
	| {type: 'open-link'; url: string}
	| {type: 'expect-handle'; bot: string; handle: string}
	| {type: 'check'; attempt: number; bots: readonly string[]}
	| {type: 'forget'; bots: readonly string[]}
	| {type: 'revoke'; bots: readonly string[]}
	| {type: 'bring-back'}
	| {type: 'grant'; bots: readonly string[]; host: Host}
	| {type: 'ungrant'; bots: readonly string[]; name: string}
	| {type: 'export'; attempt: number; draft: ExportDraft; force: boolean}
	| {type: 'add-sample'}
	/** `callback` is a port as it was typed; empty for PINs. */
	| {type: 'try-app'; attempt: number; consumerKey: Secret; consumerSecret: Secret; callback: string}
	| {type: 'timer'; timer: Timer; ms: number}
	| {type: 'suspend'}
	| {type: 'end'; exit: AppExit};

/** The result of a step of the reducer. */
export type Step<S> = {state: S; effects: readonly Effect[]};
