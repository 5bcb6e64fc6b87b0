import type {Calls, CallsOptions} from './calls.ts';
import type {X} from './x.ts';

/** How X is reached. */
export type XOptions = Omit<CallsOptions, 'deadlineSeconds' | 'now'> & {
	/** 15 unless given. */
	deadlineSeconds?: number | undefined;
	/** The system's unless given. */
	now?: (() => number) | undefined;
};

/** What is said where the environment turns Node's check of certificates off; `routeFrom` does not hang on it. */
const uncheckedElsewhere =
	'NODE_TLS_REJECT_UNAUTHORIZED=0 is set. keymaker still checks X’s certificate, but your bots’ Node programs do not. Unset it.';

/**
 * X by way of twitter-api-v2. What speaks to X is loaded by the first call: Node's own part for HTTPS alone is
 * much of a start, and most commands never ask X.
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
