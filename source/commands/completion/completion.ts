import {FlockError} from '../../flock/error.ts';
import {exitCode} from '../shared/command.ts';
import {define} from '../shared/definition.ts';
import {type Shell, scripts, shells} from './scripts.ts';

/** The usage of `completion`. */
export const command = define({
	name: 'completion',
	arguments: ['<shell>'],
	choices: shells,
	summary: 'Print a shell’s completion script.',
	details: [
		'bash: add this line to ~/.bashrc: source <(keymaker completion bash)',
		'zsh: run keymaker completion zsh > ~/.zfunc/_keymaker, with ~/.zfunc in fpath before compinit.',
		'fish: run keymaker completion fish > ~/.config/fish/completions/keymaker.fish',
		'It completes commands, options and the names of poems, and opens no keystore.',
	].join('\n'),
	options: {},
	examples: ['source <(keymaker completion bash)', 'keymaker completion fish | source'],
	needs: 'no-keystore',
	async run({words: [shell = '']}, _services, write) {
		if (!isShell(shell)) {
			throw new FlockError('usage', 'keymaker has no completion for that shell.', {
				hint: `Choose one of these: ${shells.join(', ')}.`,
			});
		}

		write.raw(scripts[shell]);
		return exitCode.done;
	},
});

function isShell(name: string): name is Shell {
	return Object.hasOwn(scripts, name);
}
