import {spawn} from 'node:child_process';

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a program ended that was given a text: `missing` where there is no such program. */
export type RunEnd = 'done' | 'failed' | 'missing' | 'too-slow';

/** The variables for a program of the person's desktop: those that hold secrets are none of its business. */
export function withoutSecrets(env: Environment): Record<string, string | undefined> {
	return Object.fromEntries(
		Object.entries(env).filter(([name]) => !/^(TWITTER_|KEYMAKER_PASSPHRASE)/.test(name)),
	);
}

/**
 * Runs a program with a text on its standard input, never in its arguments. Where it takes too long, it is
 * ended together with every program that it started; so it is when this program ends first.
 * @param milliseconds how long it may take.
 */
export function runWithInput(
	command: string,
	args: readonly string[],
	text: string,
	env: Environment,
	milliseconds: number,
): Promise<RunEnd> {
	return new Promise(resolve => {
		// A process group of its own, so that ending it ends its children: Windows has none.
		const detached = process.platform !== 'win32';
		const child = spawn(command, args, {
			detached,
			env: withoutSecrets(env),
			stdio: ['pipe', 'ignore', 'ignore'],
			windowsHide: true,
		});
		const end = (): void => {
			try {
				if (detached && child.pid !== undefined) {
					process.kill(-child.pid, 'SIGKILL');
				} else {
					child.kill('SIGKILL');
				}
			} catch {
				// It ended by itself.
			}
		};

		const settle = (how: RunEnd): void => {
			clearTimeout(timer);
			process.off('exit', end);
			resolve(how);
		};

		const timer = setTimeout(() => {
			end();
			settle('too-slow');
		}, milliseconds);
		process.once('exit', end);
		child.once('error', error => settle('code' in error && error.code === 'ENOENT' ? 'missing' : 'failed'));
		// Not `close`: a clipboard program may leave a child behind that serves the clipboard.
		child.once('exit', code => settle(code === 0 ? 'done' : 'failed'));
		child.stdin.on('error', () => {});
		child.stdin.end(text);
	});
}
