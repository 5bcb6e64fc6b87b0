import {errorLabel, FlockError} from '../../flock/error.ts';
import {appTail} from '../../flock/key.ts';
import {visible} from '../../flock/visible.ts';
import type {AppInUse, AppSource} from '../../keymaker/app-key.ts';
import type {Services} from '../../services.ts';
import type {Probe} from '../../x/x.ts';
import {ok, problem, type Result, warning} from './result.ts';

/** The services that the checks of the connection to X need. */
export type WayServices = Pick<Services, 'appSource' | 'keystore' | 'x' | 'practice'>;

/** The difference between clocks, in seconds, from which X rejects requests. */
const refusedSkew = 5 * 60;

/** The difference between clocks, in seconds, that is worth a warning. */
const notedSkew = 30;

/** Checks the app key, then X, with one unsigned request and one for a link that nobody opens. */
export async function checkX(
	{appSource, keystore, x, practice}: WayServices,
	signal: AbortSignal,
): Promise<Result[]> {
	const source = await outcomeOf(appSource());
	const probe = await outcomeOf(x.probe(signal));
	const way = [judgeProxy(probe), judgeNetwork(probe, practice), judgeClock(probe)];
	const key = judgeAppKey(source, keystore.isHosts);
	if (source === null || source instanceof FlockError) {
		return [key, ...way];
	}

	if (probe instanceof FlockError) {
		return [key, ...way, warning('app-key-accepted', 'X did not check the app key.', null)];
	}

	const tried = await outcomeOf(x.tryAppKey(source.appKey, signal));
	return [key, ...way, judgeTrial(tried instanceof FlockError ? tried : null, practice)];
}

/** The app key in use, without its secret. @param isHosts true on a host, which needs no app of its own */
export function judgeAppKey(source: AppInUse, isHosts = false): Result {
	if (source instanceof FlockError) {
		// Other lines report problems with the keystore.
		return source.code.startsWith('keystore-')
			? warning('app-key', 'The keystore cannot be opened, so its app key is unknown.', null)
			: problem('app-key', source.message, source.hint);
	}

	if (source === null && isHosts) {
		return ok('app-key', 'This host needs no X app: each granted bot brings its own.');
	}

	if (source === null) {
		return problem(
			'app-key',
			'No X app set up.',
			'Set TWITTER_CONSUMER_KEY and TWITTER_CONSUMER_SECRET in .env, or start keymaker and press enter on a bot; --practice needs none.',
		);
	}

	return ok('app-key', `App ${visible(appTail(source.appKey.consumerKey))}, from ${placeOf(source)}.`);
}

/** X's answer about the app key; `null` if X accepted it. */
export function judgeTrial(error: FlockError | null, practice: boolean): Result {
	if (error !== null) {
		return problem('app-key-accepted', said(error), error.hint);
	}

	return ok('app-key-accepted', practice ? 'Practice accepts the app key.' : 'X accepts the app key.');
}

/** The proxy for X. */
export function judgeProxy(probe: Probe | FlockError): Result {
	if (probe instanceof FlockError) {
		return probe.code === 'x-proxy'
			? problem('proxy', said(probe), probe.hint)
			: ok('proxy', 'The proxy settings are valid.');
	}

	return ok(
		'proxy',
		probe.proxy === null ? 'No proxy is used.' : `Requests go through ${visible(probe.proxy)}.`,
	);
}

/** Whether the name resolves, TLS works, and X answers. */
export function judgeNetwork(probe: Probe | FlockError, practice: boolean): Result {
	if (probe instanceof FlockError) {
		return probe.code === 'x-proxy'
			? warning('network', 'X was not asked, because of the proxy.', null)
			: problem('network', said(probe), probe.hint);
	}

	if (practice) {
		return ok('network', 'Practice answers instead of X. X was not asked.');
	}

	return probe.status >= 300 && probe.status < 400
		? warning(
				'network',
				`api.x.com answered with a redirect (${probe.status}), which X never does.`,
				'Open a page in a browser. This network may need a login first.',
			)
		: ok('network', 'api.x.com answers with a valid certificate.');
}

/** Compares this computer's clock with X's. */
export function judgeClock(probe: Probe | FlockError): Result {
	const skew = probe instanceof FlockError ? null : probe.clockSkewSeconds;
	if (skew === null) {
		return warning('clock', 'X’s clock is unknown, so this computer’s was not compared.', null);
	}

	const amount = Math.abs(skew);
	if (amount < notedSkew) {
		return ok('clock', 'This computer’s clock agrees with X’s.');
	}

	const sentence = `This computer’s clock is ${inWords(amount)} ${skew > 0 ? 'behind' : 'ahead of'} X’s.`;
	const hint = 'Set the clock (automatic network time is best).';
	return amount < refusedSkew
		? warning('clock', sentence, hint)
		: problem('clock', `${sentence} X rejects requests because of it.`, hint);
}

function inWords(seconds: number): string {
	return seconds < 120 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`;
}

function placeOf({from}: AppSource): string {
	switch (from) {
		case 'environment':
			return 'the environment';
		case 'setup':
			return 'the setup screen, kept in the keystore';
		case 'practice':
			return 'practice';
		case '.env':
			return '.env';
	}
}

function said(error: FlockError): string {
	return `${visible(error.message)} (${errorLabel(error)})`;
}

async function outcomeOf<T>(work: Promise<T>): Promise<T | FlockError> {
	try {
		return await work;
	} catch (error) {
		if (error instanceof FlockError) {
			return error;
		}

		throw error;
	}
}
