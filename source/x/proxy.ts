import {Agent} from 'node:https';
import type {Environment} from '../system/environment.ts';
import {failure} from './failures.ts';
import {readProxyAddress} from './proxy-address.ts';

/** The host of every request. */
export const host = 'api.x.com';

/** The variables that name a proxy. The first one set wins. */
const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

/** How requests reach X. */
export type Route = {
	agent: Agent;
	/** The proxy in use, without its user and password; `null` if there is none. */
	proxy: string | null;
};

/**
 * The route to X from the environment. It always checks certificates.
 * @param options for the agent.
 * @param nodeVersion the version of Node that will use the proxy.
 * @throws FlockError `x-proxy` for a proxy that this Node cannot use, since it would be bypassed silently.
 */
export function routeFrom(
	env: Environment,
	options: {keepAlive?: boolean; timeout?: number} = {},
	nodeVersion: string = process.versions.node,
): Route {
	const proxy = proxyFrom(env);
	const checked = {...options, rejectUnauthorized: true};
	if (proxy === null) {
		return {agent: new Agent(checked), proxy: null};
	}

	if (!supportsProxies(nodeVersion)) {
		throw failure('proxy-node', {variable: proxy.variable});
	}

	return {agent: new Agent({...checked, proxyEnv: {https_proxy: proxy.url.href}}), proxy: proxy.url.origin};
}

/**
 * The environment's proxy for api.x.com; `null` if there is none or `NO_PROXY` excludes X.
 * @throws FlockError `x-proxy` if it is not an http:// or https:// proxy, or cannot be parsed.
 */
export function proxyFrom(env: Environment): {url: URL; variable: string} | null {
	const variable = variables.find(name => env[name]?.trim());
	if (variable === undefined || isExcepted(env.no_proxy || env.NO_PROXY || '')) {
		return null;
	}

	const {url, wrong} = readProxyAddress(env[variable] ?? '');
	if (url === null) {
		throw failure('proxy-kind', {variable, reason: wrong});
	}

	return {url, variable};
}

/** True if this version of Node has `proxyEnv`, by its documentation: since 24.5, and 22.21. */
export function supportsProxies(version: string): boolean {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
}

/** `NO_PROXY` as in curl: names include their subdomains. */
function isExcepted(list: string): boolean {
	return list
		.toLowerCase()
		.split(/[\s,]+/)
		.map(entry => entry.replace(/:443$/, '').replace(/^\*?\./, ''))
		.some(entry => entry === '*' || entry === host || (entry !== '' && host.endsWith(`.${entry}`)));
}
