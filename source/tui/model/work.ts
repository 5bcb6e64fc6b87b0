import type {Services} from '../../services.ts';
import type {Action, Effect} from './action.ts';
import type {Attempts} from './attempts.ts';
import type {NoticeTone} from './state.ts';

/**
 * How to do each effect, by its type. The person is told about a `FlockError` that it throws; anything else
 * ends the program.
 */
export type Work = {[Type in Effect['type']]: (effect: Effect & {type: Type}) => unknown};

/** What was done to a bot, and how to undo it. */
export type Undoable = {bot: string; undo(): Promise<void>};

/** What the features' work uses. */
export type Tools = {
	services: Services;
	/** Dispatches the work's results. */
	dispatch(action: Action): void;
	attempts: Attempts;
	/** What can be undone until the program ends, latest first; each entry is what one command did to some bots. */
	undos: (readonly Undoable[])[];
	/** Reads the flock again, so that messages and list agree. */
	read(): Promise<void>;
	/** Shows a message at the foot of the screen. */
	notify(text: string, tone?: NoticeTone): void;
	/** Does something later, in milliseconds, unless the program ends first. @returns how to cancel it. */
	later(ms: number, work: () => unknown): () => void;
};
