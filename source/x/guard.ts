import type {ClientRequest, IncomingMessage} from 'node:http';
import {
	type IGetHttpRequestArgs,
	type ITwitterApiAfterRequestHookArgs,
	type ITwitterApiBeforeRequestConfigHookArgs,
	type ITwitterApiBeforeRequestHookArgs,
	type ITwitterApiClientPlugin,
	TwitterApiPluginResponseOverride,
} from 'twitter-api-v2';
import type {Reply} from './classify.ts';
import type {ReplyReader} from './reply.ts';

/**
 * Watches one request of twitter-api-v2, which by itself takes torn, empty and foreign answers for whole
 * ones: hands it our signal, reads the answer as it comes, and gives it back parsed by `parse`.
 */
export class Guard implements ITwitterApiClientPlugin {
	/** What went wrong on the network, where something did. */
	networkError: unknown = null;
	/** The signature of the request, as it must never be shown. */
	signature = '';
	readonly #reader: ReplyReader;
	readonly #signal: AbortSignal;
	readonly #parse: (reply: Reply) => unknown;

	/**
	 * @param signal ends the request.
	 * @param reader gets the answer.
	 * @param parse checks a whole answer and reads it; what it throws reaches the caller of the library.
	 */
	constructor(signal: AbortSignal, reader: ReplyReader, parse: (reply: Reply) => unknown) {
		this.#signal = signal;
		this.#reader = reader;
		this.#parse = parse;
	}

	onBeforeRequestConfig({params}: ITwitterApiBeforeRequestConfigHookArgs): void {
		const ours: Partial<IGetHttpRequestArgs> = {
			// Raw, so that the library neither parses an answer that may be torn nor loses its bytes.
			forceParseMode: 'buffer',
			compression: 'identity',
			enableRateLimitSave: false,
			requestEventDebugHandler: (
				event,
				data?: {res?: IncomingMessage & {req: ClientRequest}; requestError?: unknown},
			) => {
				if (event === 'response' && data?.res) {
					data.res.req.shouldKeepAlive = false;
					this.#reader.read(data.res);
				} else if (event === 'request-error') {
					this.networkError = data?.requestError;
				}
			},
		};
		Object.assign(params, ours);
	}

	onBeforeRequest({requestOptions, computedParams}: ITwitterApiBeforeRequestHookArgs): void {
		requestOptions.signal = this.#signal;
		requestOptions.headers = {
			...computedParams.headers,
			...requestOptions.headers,
			'accept-encoding': 'identity',
			// A PIN sent down a connection that has died meanwhile would be lost; and the library's listeners
			// would pile up on a socket that is used again.
			connection: 'close',
		};
		const signature = /oauth_signature="([^"]*)"/.exec(computedParams.headers.Authorization ?? '')?.[1];
		this.signature = decodeURIComponent(signature ?? '');
	}

	onAfterRequest({response}: ITwitterApiAfterRequestHookArgs): TwitterApiPluginResponseOverride {
		// An aborted request counts as answered for the library.
		this.#signal.throwIfAborted();
		const reply = this.#reader.reply;
		if (reply === null) {
			throw new Error('The library answered without an answer.');
		}

		return new TwitterApiPluginResponseOverride({...response, data: this.#parse(reply)});
	}
}
