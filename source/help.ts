import type {Command} from 'commander';

/** What the help says of the variables that no option stands for, and of how commands end. */
export const environmentHelp = `
Environment:
  TWITTER_CONSUMER_KEY          the app’s key and
  TWITTER_CONSUMER_SECRET       secret; also from .env in the current folder
  KEYMAKER_TIMEOUT              the seconds that X gets for an answer (15)
  KEYMAKER_PASSPHRASE           an encrypted keystore’s passphrase, or
  KEYMAKER_PASSPHRASE_COMMAND   a command that prints it; without, it is asked for
  KEYMAKER_PRACTICE=1           like --practice

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted;
exec ends with its command’s own.`;

/** How a command is called, as the help begins. */
export function usageOf(command: Command): string {
	return command.parent === null
		? 'keymaker [options] [command]'
		: `keymaker ${command.name()} ${command.usage()}`;
}

/** Gives a command its description, whose first line stands in the list of commands, its help option, and the examples that its help ends with. */
export function describe(command: Command, description: string, exampleLines: readonly string[]): Command {
	const [summary = ''] = description.split('\n', 1);
	command.summary(summary).description(description).helpOption('--help', 'print this help');
	examples(command, exampleLines);
	return command;
}

/** Lets a command’s help end with examples. */
export function examples(command: Command, lines: readonly string[]): void {
	command.addHelpText('after', `\nExamples:\n${lines.map(line => `  ${line}`).join('\n')}`);
}
