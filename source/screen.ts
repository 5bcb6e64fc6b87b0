import {compose} from './compose.ts';
import type {Environment} from './environment.ts';
import type {Settings} from './options.ts';
import {runApp} from './tui/run.tsx';

/**
 * Opens the flock on the full screen; opens it again in practice where the person chose that.
 * @returns the exit code.
 */
export async function runScreen(settings: Settings, env: Environment, cwd: string): Promise<number> {
	let authorizeFirst: string | null = null;
	for (let now = settings; ; now = {...now, practice: true}) {
		const {services, close} = await compose(now, env, cwd);
		try {
			const {stdin, stdout, stderr} = process;
			const exit = await runApp(services, {stdin, stdout, stderr, env, authorizeFirst});
			if (exit.kind === 'ended') {
				return exit.exitCode;
			}

			authorizeFirst = exit.bot;
		} finally {
			await close();
		}
	}
}
