/** How a text was copied, or that it was not. `sentence` says what really happened. */
export type CopyResult = {
	/** `osc52` and `tmux` pass the text to the terminal, which may ignore it. */
	way: 'clipboard' | 'tmux' | 'osc52' | 'none';
	/** For the person, without any part of the text. */
	sentence: string;
};

/** What is known of an attempt to open a browser. Nobody can know that it really showed a page. */
export type OpenResult = {started: boolean; sentence: string};

/** Why no browser opens automatically: the person forbade it, is on another computer, or has no display here. */
export type WhyNotOpen = {kind: 'asked' | 'ssh' | 'no-display'; sentence: string};

/**
 * The window for a link: the browser's own one with an empty profile; an ordinary one, with the reason in a
 * sentence if that was not asked for; or whatever `$BROWSER` does.
 */
export type LinkWindow =
	| {kind: 'own'; browser: string}
	| {kind: 'ordinary'; why: string | null}
	| {kind: 'given'};

/** What is known of an attempt to open a link. */
export type LinkResult = OpenResult & {window: LinkWindow};

/** The program's use of the person's desktop. Nothing here throws. */
export type Desktop = {
	/** Why a browser does not open automatically here; `null` if it does. */
	readonly whyNotOpen: WhyNotOpen | null;
	/** Copies in the best way available, with 2 s per way. */
	copy(text: string): Promise<CopyResult>;
	/** Starts the person's browser: `$BROWSER`, else the system's. */
	open(url: string): Promise<OpenResult>;
	/** Opens a sign-in link: in a separate window if that is possible and not forbidden. */
	openLink(url: string): Promise<LinkResult>;
	/** Which window a link would open in. */
	linkWindow(): Promise<LinkWindow>;
	/** Removes the profiles of windows whose browser has ended. */
	removeLeftovers(): Promise<void>;
	/** A QR code, one string per line, drawn with half blocks (or, in ASCII, two characters per module). */
	qr(text: string): string[];
};
