import {type ClipboardWay, clipboardWay} from '../desktop/clipboard-way.ts';
import type {Environment} from '../system/environment.ts';
import {findProgram} from '../system/programs.ts';

/** What `doctor` checks besides the services: the process and its terminal, as plain data. */
export type Surroundings = {
	env: Environment;
	platform: NodeJS.Platform;
	/** Without the leading `v`. */
	nodeVersion: string;
	/** Node's own options, besides those in NODE_OPTIONS. */
	nodeOptions: readonly string[];
	/** Standard output; `null` if it is not a terminal. `colours` is 2 for none. */
	terminal: {columns: number; rows: number; colours: number} | null;
	clipboard: ClipboardWay;
};

/** Describes this process. */
export function surroundingsOf({env, execArgv, platform, versions, stdout}: NodeJS.Process): Surroundings {
	const {isTTY = false} = stdout;
	return {
		env,
		platform,
		nodeVersion: versions.node,
		nodeOptions: execArgv,
		terminal: isTTY
			? {columns: stdout.columns, rows: stdout.rows, colours: 2 ** stdout.getColorDepth(env)}
			: null,
		clipboard: clipboardWay({env, platform, isTTY, hasProgram: name => findProgram(name, env) !== null}),
	};
}
