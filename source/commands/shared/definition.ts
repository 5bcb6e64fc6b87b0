import type {Surroundings} from '../../command-line/surroundings.ts';
import type {BareServices, ReadingServices, Services} from '../../services.ts';
import type {Environment} from '../../system/environment.ts';
import type {Write} from './command.ts';

/** An option of a command: a switch, or with `value` an option with a value. */
export type Option = {
	/** Its description in the help. */
	help: string;
	/** Its value's name in the help. */
	value?: string;
	/** The only values that it accepts. */
	choices?: readonly string[];
	/** True if the command requires it. */
	required?: true;
	/** Its default value. */
	default?: string;
	/** True if it can be repeated, and every value counts. */
	repeatable?: true;
};

/** The options of a command by their names, without dashes. */
export type Options = Readonly<Record<string, Option>>;

type TextOf<O extends Option> = O extends {choices: readonly (infer Choice)[]} ? Choice : string;

type ValueOf<O extends Option> = O extends {value: string}
	? O extends {repeatable: true}
		? readonly TextOf<O>[]
		: O extends {required: true} | {default: string}
			? TextOf<O>
			: TextOf<O> | null
	: boolean;

/**
 * The value of each option: true or false for a switch, text or `null` for one with a value, all texts for a
 * repeatable one.
 */
export type ValuesOf<O extends Options> = {readonly [Name in keyof O]: ValueOf<O[Name]>};

/** What a command runs with: its parsed line, and how the process was started. */
export type Line<O extends Options> = {
	/** The arguments, without `--`. */
	words: readonly string[];
	options: ValuesOf<O>;
	/** The variables that the process was started with. */
	env: Environment;
	/** Gets a passphrase from the environment; `null` if it names none. */
	givenPassphrase: (() => Promise<string>) | null;
	/** Describes the process and its terminal. */
	surroundings(): Promise<Surroundings>;
};

/** The services that a command can ask for. */
export type Needs = {
	/** Everything. */
	all: Services;
	/** Only what reads the flock and its keys, which starts sooner. */
	reading: ReadingServices;
	/** No keystore, since there may be no folder for one yet. */
	'no-keystore': BareServices;
};

/** A command: its usage, its help, and what it does. */
export type Definition<O extends Options, N extends keyof Needs> = {
	name: string;
	/** Its arguments as in the help: `<bot>`, `[number]`, `[bot...]`. */
	arguments: readonly string[];
	/** The only values of its one argument. */
	choices?: readonly string[];
	/** One sentence, for the list of commands. */
	summary: string;
	/** More text for its own help. */
	details?: string;
	options: O;
	/** Lines to copy. */
	examples: readonly string[];
	needs: N;
	/** True if nobody is asked about moved poems, even at a terminal. */
	unattended?: true;
	/** True if it only reads, so keys that wait on this computer keep waiting. */
	looksOnly?: true;
	/** True if it saves nothing, so it also works on a host. */
	savesNothing?: true;
	/** @returns the exit code. @throws FlockError that ends the command. */
	run(line: Line<O>, services: Needs[N], write: Write): Promise<number>;
};

/** A definition of any command. Its types were checked where it was defined. */
// biome-ignore lint/suspicious/noExplicitAny: what a function takes cannot be widened otherwise
export type AnyDefinition = Definition<any, any>;

/** Checks a command's definition, and types its options. */
export function define<const O extends Options, N extends keyof Needs>(
	definition: Definition<O, N>,
): Definition<O, N> {
	return definition;
}
