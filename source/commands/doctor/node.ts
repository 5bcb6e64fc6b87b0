import type {Surroundings} from '../../command-line/surroundings.ts';
import type {X} from '../../x/x.ts';
import {ok, problem, type Result, warning} from './result.ts';

/** The oldest Node that runs this program. */
const oldestNode = [22, 12] as const;

/** Parts of Node that, if `NODE_DEBUG` names them, print what is sent or what programs get. */
const talkative = /\*|^(child_process|https?|http2|net|stream|tls)$/i;

/** Checks that this Node is new enough. */
export function judgeNode({nodeVersion}: Surroundings): Result {
	const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
	return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
		? ok('node', `Node ${nodeVersion}.`)
		: problem('node', `Node ${nodeVersion} is too old.`, `Install Node ${oldestNode.join('.')} or newer.`);
}

/**
 * Node settings that weaken the connection to X or expose it.
 * @param warning what is known of the connection: keymaker removes the variable itself before it asks X.
 */
export function judgeNodeSettings(
	{env, nodeOptions}: Surroundings,
	{warning: unsafe}: Pick<X, 'warning'>,
): Result[] {
	const options = `${env.NODE_OPTIONS ?? ''} ${nodeOptions.join(' ')}`;
	const results: Result[] = [];
	if (unsafe !== null || env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
		results.push(
			problem(
				'node-settings',
				'NODE_TLS_REJECT_UNAUTHORIZED=0 is set. keymaker still checks X’s certificate, but your bots’ Node programs do not, and would send their keys’ requests to anybody.',
				'Unset it. If you need your own certificate, set NODE_EXTRA_CA_CERTS to its file.',
			),
		);
	}

	if (/--tls-keylog\b/.test(options)) {
		results.push(
			problem(
				'node-settings',
				'Node logs the keys of its connections (--tls-keylog). Whoever has that file can read everything sent to X.',
				'Remove it from NODE_OPTIONS and delete the file.',
			),
		);
	}

	if (env.NODE_DEBUG?.split(',').some(name => talkative.test(name.trim()))) {
		results.push(
			warning(
				'node-settings',
				'NODE_DEBUG makes Node print everything it sends, keys included.',
				'Unset it before you use keymaker.',
			),
		);
	}

	if (/--(inspect|require|import|loader|experimental-loader|env-file)\b|(^|\s)-r\s/.test(options)) {
		results.push(
			warning(
				'node-settings',
				'Node’s options load other code into keymaker or open it to a debugger. Either can read every key.',
				'Remove them from NODE_OPTIONS if you did not set them.',
			),
		);
	}

	if (env.NODE_EXTRA_CA_CERTS) {
		results.push({
			...ok('node-settings', 'NODE_EXTRA_CA_CERTS adds certificates that keymaker trusts for X.'),
			hint: 'Whoever holds the keys of those certificates can read everything sent to X.',
		});
	}

	return results.length > 0 ? results : [ok('node-settings', 'No Node setting weakens the connection to X.')];
}
