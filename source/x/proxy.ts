import {Agent} from 'node:https';
import type {Environment} from '../system/environment.ts';
import {failure} from './failures.ts';
import {readProxyAddress} from './proxy-address.ts';

/** The host that every request goes to. */
export const host = 'api.x.com';

/** The variables that name a proxy, the first that is set wins. */
const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

/** How requests reach X. */
export type Route = {
	agent: Agent;
	/** The proxy on the way, without its user and password; `null` where there is none. */
	proxy: string | null;
};

/**
 * The way to X that the environment asks for. Certificates are checked on it, whatever the environment says.
 * @param options for the agent.
 * @param nodeVersion the version of Node that will speak to the proxy.
 * @throws FlockError `x-proxy` for a proxy that this Node cannot use, since it would be bypassed in silence.
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
 * The proxy for api.x.com that the environment names, or `null` for none, or where `NO_PROXY` excepts X.
 * @throws FlockError `x-proxy` where it is no http:// or https:// proxy, or cannot be read.
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

/** True where this version of Node has `proxyEnv`, by its documentation: since 24.5, and 22.21. */
export function supportsProxies(version: string): boolean {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
}

/** `NO_PROXY` as curl reads it: names stand for their subdomains, too. */
function isExcepted(list: string): boolean {
	return list
		.toLowerCase()
		.split(/[\s,]+/)
		.map(entry => entry.replace(/:443$/, '').replace(/^\*?\./, ''))
		.some(entry => entry === '*' || entry === host || (entry !== '' && host.endsWith(`.${entry}`)));
}
