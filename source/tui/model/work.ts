import type {Services} from '../../services.ts';
import type {Action, Effect} from './action.ts';
import type {Attempts} from './attempts.ts';
import type {NoticeTone} from './state.ts';

/** How each effect is done, by its type. A `FlockError` that it throws is said to the person; anything else ends the program. */
export type Work = {[Type in Effect['type']]: (effect: Effect & {type: Type}) => unknown};

/** What was done to a bot, and how it is undone. */
export type Undoable = {bot: string; undo(): Promise<void>};

/** What the features' work is done with. */
export type Tools = {
	services: Services;
	/** Takes in what came of the work. */
	dispatch(action: Action): void;
	attempts: Attempts;
	/** What can be undone until the program ends, latest first; each is what one command did to some bots. */
	undos: (readonly Undoable[])[];
	/** Reads the flock anew, so that what is said about it and what is shown of it agree. */
	read(): Promise<void>;
	/** Says something at the foot of the screen. */
	notify(text: string, tone?: NoticeTone): void;
	/** Does something later, in milliseconds, unless the program ends before. @returns how to leave it. */
	later(ms: number, work: () => unknown): () => void;
};
