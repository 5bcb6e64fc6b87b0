import type {Calls, CallsOptions} from './calls.ts';
import type {X} from './x.ts';

/** How to reach X. */
export type XOptions = Omit<CallsOptions, 'deadlineSeconds' | 'now'> & {
	/** 15 by default. */
	deadlineSeconds?: number | undefined;
	/** By default the system's. */
	now?: (() => number) | undefined;
};

/** The warning if the environment turns off Node's certificate check; `routeFrom` does not depend on it. */
const uncheckedElsewhere =
	'NODE_TLS_REJECT_UNAUTHORIZED=0 is set. keymaker still checks X’s certificate, but your bots’ Node programs do not. Unset it.';

/**
 * X with twitter-api-v2. The first call loads the code for X: Node's HTTPS alone takes much of a start, and
 * most commands never ask X.
 */
export function createX({deadlineSeconds = 15, now = Date.now, ...options}: XOptions): X {
	let loading: Promise<Calls> | null = null;
	const calls = (): Promise<Calls> => {
		loading ??= import('./calls.ts').then(({createCalls}) => createCalls({...options, deadlineSeconds, now}));
		return loading;
	};

	return {
		deadlineSeconds,
		warning:
			options.agent === undefined && options.env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
				? uncheckedElsewhere
				: null,
		requestLink: async request => (await calls()).requestLink(request),
		exchangePin: async (...pair) => (await calls()).exchangePin(...pair),
		whoIs: async (...who) => (await calls()).whoIs(...who),
		revoke: async (...whose) => (await calls()).revoke(...whose),
		tryAppKey: async (...app) => (await calls()).tryAppKey(...app),
		probe: async signal => (await calls()).probe(signal),
	};
}
