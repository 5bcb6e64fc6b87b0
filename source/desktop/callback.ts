/** What came to the callback address of a link: X's answer, or that the person said no there. */
export type Delivery = {kind: 'verifier'; verifier: string} | {kind: 'denied'};

/** A port that is listened on for one link. */
export type Listening = {
	/** The address that X is to send the browser to. */
	readonly address: string;
	/**
	 * Waits for the answer to a link; all that came before is not heard.
	 * @returns `null` where it was closed before an answer came.
	 */
	expect(requestToken: string): Promise<Delivery | null>;
	/** Says on the page that the browser then shows what came of the answer; holds no secret. */
	say(sentence: string): void;
	/** Listens no more. A page that the browser is about to ask for can still be had. */
	close(): void;
};

/** Listens for X's answer on this computer, so that no PIN has to be carried over by hand. */
export type Callback = {
	/** Listens on a port of 127.0.0.1; on any free one for 0. @throws FlockError `callback-port`, `callback-ssh` */
	listen(port: number): Promise<Listening>;
	/** Ends it all; the last page is waited for, but not long. */
	close(): Promise<void>;
};
