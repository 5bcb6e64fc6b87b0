import {Command, InvalidArgumentError, Option, type OutputConfiguration} from 'commander';
import type {Write} from './commands/command.ts';
import {exec} from './commands/exec.ts';
import type {InitServices} from './commands/init.ts';
import {list} from './commands/list.ts';
import {FlockError} from './flock/error.ts';
import {visible} from './flock/visible.ts';
import {describe, environmentHelp, examples, usageOf} from './help.ts';
import type {SharedOptions} from './options.ts';
import {environmentPassphrase} from './passphrase.ts';
import type {ReadingServices, Services} from './services.ts';

/** A command with its input already in it. */
export type Run<Needs = Services> = (services: Needs, write: Write) => Promise<number>;

/** `init` with its input already in it. */
export type RunWithoutKeystore = (services: InitServices, write: Write) => Promise<number>;

/** What the program's parts hand the parsed command line to. */
export type Dispatch = {
	/** `keymaker` alone: the flock on the screen. */
	screen(options: SharedOptions): Promise<void>;
	/** A headless command. */
	command(run: Run, options: SharedOptions): Promise<void>;
	/** A headless command that only reads. */
	reading(run: Run<ReadingServices>, options: SharedOptions): Promise<void>;
	/** A command that has to work where there is no place for a keystore yet. */
	withoutKeystore(run: RunWithoutKeystore, options: SharedOptions): Promise<void>;
};

const formats = ['bundle', 'dotenv', 'twurl', 't', 'xurl', 'twarc', 'json'] as const;
type Format = (typeof formats)[number];

/**
 * Builds the parser: every command, its options, its help, and the examples that the help ends with.
 * @param output how it writes help and what is wrong with a line; by Node's own streams otherwise.
 * @param words the command line. Where it names a command at once, or nothing at all, the other commands are left out: that
 * saves 3 ms, a tenth of what Node itself takes to start.
 */
export function buildProgram(
	version: string,
	dispatch: Dispatch,
	output: Pick<OutputConfiguration, 'writeOut' | 'writeErr'> = {},
	words?: readonly string[],
): Command {
	const program = new Command('keymaker')
		.description('Makes and keeps the X keys of a flock of poem bots. Without a command it opens the flock.')
		.version(version, '--version', 'print the version')
		.helpOption('--help', 'print this help')
		.helpCommand(false)
		.option('--poems <dir>', 'the folder of poems (KEYMAKER_POEMS; default: poems)')
		.option('--flock <name>', 'the flock’s name (KEYMAKER_FLOCK; default: the folder that holds the poems)')
		.option('--keystore <dir>', 'where keystores lie (KEYMAKER_KEYSTORE; default: the system’s own place)')
		.option('--practice', 'a stand-in for X on this computer, with a keystore of its own')
		.option('--no-open', 'never open the browser by itself (KEYMAKER_OPEN=never)')
		.argument('[command...]')
		.configureHelp({
			showGlobalOptions: true,
			visibleArguments: command => (command.parent === null ? [] : [...command.registeredArguments]),
			commandUsage: command => usageOf(command),
		})
		.configureOutput({
			...output,
			outputError: (text, write) => write(withoutExcess(text).split('\n').map(visible).join('\n')),
		})
		.showHelpAfterError('keymaker --help lists the commands and options.')
		.exitOverride();
	program.action(async (unknown: readonly string[]) => {
		if (unknown.length > 0) {
			// Commander looks for the nearest name only where no action stands beside the commands.
			(program as unknown as {unknownCommand(): never}).unknownCommand();
		}

		await dispatch.screen(program.opts());
	});
	examples(program, [
		'keymaker --practice',
		'keymaker authorize --missing',
		'keymaker export --format bundle --out keys',
	]);
	program.addHelpText('after', environmentHelp);

	const others: (() => void)[] = [];

	/** Adds a command, if it is wanted; `run` makes its work from the arguments and options as parsed. */
	function add<Options extends object>(
		usage: string,
		description: string,
		exampleLines: readonly string[],
		run: (args: string[], options: Options) => Run,
		...options: Option[]
	): void {
		addTo(dispatch.command, usage, description, exampleLines, run, options);
	}

	function addTo<Needs, Options extends object>(
		send: (run: Run<Needs>, options: SharedOptions) => Promise<void>,
		usage: string,
		description: string,
		exampleLines: readonly string[],
		run: (args: string[], options: Options) => Run<Needs>,
		options: readonly Option[],
	): void {
		if (words !== undefined && usage.split(' ', 1)[0] !== words[0]) {
			others.push(addNow);
		} else {
			addNow();
		}

		function addNow(): void {
			const command = describe(program.command(usage), description, exampleLines);
			for (const option of options) {
				command.addOption(option);
			}

			command.action(() =>
				send(run(command.processedArgs.flat().filter(isText), command.opts<Options>()), program.opts()),
			);
		}
	}

	const json = new Option('--json', 'print JSON for a program to read');
	const yes = new Option('--yes', 'do not ask');
	const purge = new Option('--purge', 'take them out of the keystore’s backups too');

	addTo(
		dispatch.reading,
		'list',
		'Lists the flock with the state of its keys.',
		['keymaker list', 'keymaker list --json | jq -r \'.[] | select(.status != "ready").bot\''],
		(_, {json = false}: {json?: boolean}) =>
			(...to) =>
				list({json}, ...to),
		[json],
	);
	add<{missing?: true; access?: 'read' | 'write'; handle?: string; replaceAccount?: true}>(
		'authorize [bot...]',
		'Makes keys line by line: prints each link, and reads its PIN from standard input.',
		['keymaker authorize harbour --handle harbour_poem', 'keymaker authorize --missing'],
		(bots, {missing = false, access = null, handle = null, replaceAccount = false}) =>
			async (...to) =>
				(await import('./commands/authorize.ts')).authorize(
					{bots, missing, access, handle, replaceAccount},
					...to,
				),
		new Option('--missing', 'every bot without a key'),
		new Option('--access <level>', 'what X is asked for; left to the app’s settings otherwise').choices([
			'read',
			'write',
		]),
		new Option('--handle <name>', 'the handle that the bot is meant to have'),
		new Option('--replace-account', 'keep another account than the expected one, if it speaks no other poem'),
	);
	add(
		'keep <bot>',
		'Puts a held key in force; the key that it replaces is kept as the previous one.',
		['keymaker keep harbour'],
		([bot = '']) =>
			async (...to) =>
				(await import('./commands/keep.ts')).keep({bot}, ...to),
	);
	add(
		'discard <bot>',
		'Removes a held key from the keystore.',
		['keymaker discard harbour'],
		([bot = '']) =>
			async (...to) =>
				(await import('./commands/discard.ts')).discard({bot}, ...to),
	);
	add(
		'rename <old> <new>',
		'Moves a key to a poem that was renamed.',
		['mv poems/harbor.txt poems/harbour.txt', 'keymaker rename harbor harbour'],
		([from = '', to = '']) =>
			async (...rest) =>
				(await import('./commands/rename.ts')).rename({from, to}, ...rest),
	);
	add<{json?: true}>(
		'check [bot...]',
		'Asks X who each key is. X bills each answer.',
		['keymaker check', 'keymaker check harbour --json'],
		(bots, {json = false}) =>
			async (...to) =>
				(await import('./commands/check.ts')).check({bots, json}, ...to),
		json,
	);
	add<{format: Format; out: string; force?: true}>(
		'export [bot...]',
		'Writes keys into files that other programs read.',
		[
			'keymaker export --format bundle --out keys',
			'keymaker export harbour --format dotenv --out harbour.env',
		],
		(bots, {format, out, force = false}) =>
			async (...to) =>
				(await import('./commands/export.ts')).exportKeys({bots, format, out, force}, ...to),
		new Option('--format <format>', 'whose files').choices(formats).makeOptionMandatory(),
		new Option(
			'--out <path>',
			'the file, or the folder for bundle; - for standard output',
		).makeOptionMandatory(),
		new Option('--force', 'overwrite a file that is something else'),
	);
	add<{as?: string; force?: true}>(
		'import <file...>',
		'Takes keys from files of other programs.',
		['keymaker import keys/*.json', 'keymaker import ~/.twurlrc', 'keymaker import old.env --as harbour'],
		(files, {as = null, force = false}) =>
			async (...to) =>
				(await import('./commands/import.ts')).importKeys({files, as, force}, ...to),
		new Option('--as <bot>', 'the bot that the file’s one key is for'),
		new Option('--force', 'replace a different key; the old one is kept as the previous one'),
	);
	addTo(
		dispatch.reading,
		'exec [words...]',
		'Runs a program with a bot’s key in its environment.',
		['keymaker exec harbour -- node bot.js', 'keymaker exec --all --jobs 4 -- node bot.js'],
		(words, {all = false, jobs}: {all?: boolean; jobs: number}) => {
			const [bot = '', ...command] = words;
			const input = all ? {bot: {all, jobs}, command: words} : {bot, command};
			return (...to) => exec({...input, env: process.env}, ...to);
		},
		[
			new Option('--all', 'for every bot with a key in force'),
			new Option('--jobs <number>', 'how many at a time, with --all').argParser(wholeNumber).default(1),
		],
	);
	add<{yes?: true; purge?: true}>(
		'forget <bot...>',
		'Removes keys from the keystore alone; they go on working.',
		['keymaker forget moth', 'keymaker forget moth --yes --purge'],
		(bots, {yes = false, purge = false}) =>
			async (...to) =>
				(await import('./commands/forget.ts')).forget({bots, yes, purge}, ...to),
		yes,
		purge,
	);
	add<{yes?: true; purge?: true}>(
		'revoke <bot...>',
		'Tells X that keys are void, then removes them from the keystore.',
		['keymaker revoke moth'],
		(bots, {yes = false, purge = false}) =>
			async (...to) =>
				(await import('./commands/revoke.ts')).revoke({bots, yes, purge}, ...to),
		yes,
		purge,
	);
	add(
		'encrypt',
		'Encrypts the keystore, the app’s secrets and all backups with a passphrase.\nIt comes from KEYMAKER_PASSPHRASE, from what KEYMAKER_PASSPHRASE_COMMAND prints, or from a prompt. Exported files and what the disk still holds of earlier ones are not covered.',
		['keymaker encrypt', 'KEYMAKER_PASSPHRASE_COMMAND="pass show keymaker" keymaker encrypt'],
		() =>
			async (...to) =>
				(await import('./commands/encrypt.ts')).encrypt(
					{given: environmentPassphrase(process.env) ?? null},
					...to,
				),
	);
	add(
		'decrypt',
		'Keeps the keystore and all backups in plain text again.',
		['keymaker decrypt'],
		() =>
			async (...to) =>
				(await import('./commands/decrypt.ts')).decrypt(
					{given: environmentPassphrase(process.env) !== undefined},
					...to,
				),
	);
	add(
		'passphrase',
		'Changes the passphrase of an encrypted keystore.\nThe old one comes from the environment or a prompt, the new one from a prompt or, without a terminal, from a line of standard input.',
		[
			'keymaker passphrase',
			'pass show new | KEYMAKER_PASSPHRASE_COMMAND="pass show old" keymaker passphrase',
		],
		() =>
			async (...to) =>
				(await import('./commands/passphrase.ts')).changePassphrase(
					{given: environmentPassphrase(process.env) !== undefined},
					...to,
				),
	);
	add(
		'restore [number]',
		'Lists the keystore’s backups, or puts one back; what it replaces is kept.',
		['keymaker restore', 'keymaker restore 1'],
		([number]) =>
			async (...to) =>
				(await import('./commands/restore.ts')).restore(
					{number: number === undefined ? null : backupNumber(number)},
					...to,
				),
	);
	add<{json?: true; forgetSeen?: true}>(
		'doctor',
		'Looks at all that keymaker stands on, and says how to mend what is wrong.\nAsks X once whether it takes the app key.',
		['keymaker doctor', 'keymaker doctor --json | jq -r \'.[] | select(.state != "ok").hint\''],
		(_, {json = false, forgetSeen = false}) =>
			async (...to) => {
				const {surroundingsOf} = await import('./surroundings.ts');
				const {doctor} = await import('./commands/doctor.ts');
				return doctor({json, forgetSeen, surroundings: surroundingsOf(process)}, ...to);
			},
		json,
		new Option('--forget-seen', 'first take the keystore as it is, older or in plain text'),
	);
	if (words?.[0] !== undefined && words[0] !== 'init' && program.commands.length === 0) {
		for (const addOther of others) {
			addOther();
		}
	}

	const init = describe(
		program.command('init'),
		'Makes a folder of poems with a sample, an .env, and lines of .gitignore.',
		['mkdir flock && cd flock && keymaker init'],
	);
	init.action(() =>
		dispatch.withoutKeystore(
			async (...to) => (await import('./commands/init.ts')).init({}, ...to),
			program.opts(),
		),
	);
	return program;
}

function isText(value: unknown): value is string {
	return typeof value === 'string';
}

function wholeNumber(text: string): number {
	const number = Number(text);
	if (!Number.isInteger(number) || number < 1) {
		throw new InvalidArgumentError('It has to be a whole number from 1.');
	}

	return number;
}

function backupNumber(text: string): number {
	if (!/^[1-9]\d{0,5}$/.test(text)) {
		throw new FlockError('usage', `${visible(text)} is no number of a backup.`, {
			hint: 'keymaker restore lists the backups with their numbers.',
		});
	}

	return Number(text);
}

/** Words too many are counted, not repeated: one may be a passphrase or a PIN that was meant for a prompt. */
function withoutExcess(text: string): string {
	return text.replace(/^(error: too many arguments.*? but got \d+): [\s\S]*?\.(?=\n|$)/, '$1.');
}
