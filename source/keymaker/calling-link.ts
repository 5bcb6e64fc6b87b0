import type {Callback, Listening} from '../desktop/callback.ts';
import {FlockError} from '../flock/error.ts';
import type {Keymaker, Link, LinkOptions} from './keymaker.ts';

/** A link, and what is listened on for its answer. */
export type CallingLink = {
	link: Link;
	/** `null` where X shows a PIN. */
	listening: Listening | null;
	/** Why X shows a PIN although a port was given; `null` where it does as it was asked. */
	pinInstead: FlockError | null;
};

/** What asking for one needs. */
export type CallingServices = {keymaker: Pick<Keymaker, 'requestLink'>; callback: Pick<Callback, 'listen'>};

/**
 * Listens on a port, and then asks for a link that calls back there: another user may listen there already. Where either
 * cannot be had, X shows a PIN.
 * @param port `null` for a PIN.
 * @throws FlockError as `Keymaker.requestLink` does; nothing is listened on then
 */
export async function requestCallingLink(
	{keymaker, callback}: CallingServices,
	bot: string,
	port: number | null,
	options: Omit<LinkOptions, 'callback'>,
): Promise<CallingLink> {
	const found = port === null ? null : await callback.listen(port).catch(refusal);
	const [listening, refused] = found instanceof FlockError ? [null, found] : [found, null];
	try {
		const link = await keymaker.requestLink(bot, {...options, callback: listening?.address});
		if (link.callback === null) {
			listening?.close();
		}

		return {
			link,
			listening: link.callback === null ? null : listening,
			pinInstead: refused ?? link.pinInstead,
		};
	} catch (error) {
		listening?.close();
		throw error;
	}
}

function refusal(error: unknown): FlockError {
	if (error instanceof FlockError) {
		return error;
	}

	throw error;
}
