import type {Surroundings} from '../../command-line/surroundings.ts';
import type {BareServices, ReadingServices, Services} from '../../services.ts';
import type {Environment} from '../../system/environment.ts';
import type {Write} from './command.ts';

/** An option of a command: a switch, or, where `value` is set, an option with a value. */
export type Option = {
	/** What the help says of it. */
	help: string;
	/** What the help calls its value. */
	value?: string;
	/** The only values that it takes. */
	choices?: readonly string[];
	/** True where the command does nothing without it. */
	required?: true;
	/** Its value where it is not given. */
	default?: string;
	/** True where it may be given again and again, and every value counts. */
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

/** What was given for each option: true or false for a switch, text or `null` for one with a value, all texts for one that is repeatable. */
export type ValuesOf<O extends Options> = {readonly [Name in keyof O]: ValueOf<O[Name]>};

/** What a command is run with: its line as it was parsed, and what the process was started with. */
export type Line<O extends Options> = {
	/** The arguments, `--` left out. */
	words: readonly string[];
	options: ValuesOf<O>;
	/** The variables that the process was started with. */
	env: Environment;
	/** Asks the environment for a passphrase; `null` where it names none. */
	givenPassphrase: (() => Promise<string>) | null;
	/** Looks at the process and its terminal. */
	surroundings(): Promise<Surroundings>;
};

/** The services that a command can ask for. */
export type Needs = {
	/** Everything. */
	all: Services;
	/** Only what reads the flock and its keys, which starts sooner. */
	reading: ReadingServices;
	/** No keystore, since there may be no place for one yet. */
	'no-keystore': BareServices;
};

/** A command: how it is called, what its help says, and what it does. */
export type Definition<O extends Options, N extends keyof Needs> = {
	name: string;
	/** Its arguments as the help shows them: `<bot>`, `[number]`, `[bot...]`. */
	arguments: readonly string[];
	/** The only values of its one argument. */
	choices?: readonly string[];
	/** One sentence, for the list of commands. */
	summary: string;
	/** What its own help adds. */
	details?: string;
	options: O;
	/** Lines to copy. */
	examples: readonly string[];
	needs: N;
	/** True where no person is asked about the poems, whatever the terminal. */
	unattended?: true;
	/** True where it only looks, so that keys which wait on this computer go on waiting. */
	looksOnly?: true;
	/** @returns the exit code. @throws FlockError for what ends it. */
	run(line: Line<O>, services: Needs[N], write: Write): Promise<number>;
};

/** A definition of any command. What it takes was checked where it was defined. */
// biome-ignore lint/suspicious/noExplicitAny: what a function takes cannot be widened otherwise
export type AnyDefinition = Definition<any, any>;

/** Checks a command's definition, and gives its options their types. */
export function define<const O extends Options, N extends keyof Needs>(
	definition: Definition<O, N>,
): Definition<O, N> {
	return definition;
}
