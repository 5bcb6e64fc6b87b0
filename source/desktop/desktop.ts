/** How a text got on its way to the clipboard, or that it did not. `sentence` says what really happened. */
export type CopyResult = {
	/** `osc52` and `tmux` hand the text to the terminal, which may or may not take it. */
	way: 'clipboard' | 'tmux' | 'osc52' | 'none';
	/** For the person; holds no part of the text. */
	sentence: string;
};

/** What is known of an attempt to open a browser. Nobody can know that a page was really shown. */
export type OpenResult = {started: boolean; sentence: string};

/** Why no browser is opened by itself: the person has asked for none, is on another computer, or has no display here. */
export type WhyNotOpen = {kind: 'asked' | 'ssh' | 'no-display'; sentence: string};

/**
 * The window that a link opens in: the browser's own one with an empty profile; an ordinary one, with why where that was not
 * asked for, in a sentence; or whatever `$BROWSER` makes of it.
 */
export type LinkWindow =
	| {kind: 'own'; browser: string}
	| {kind: 'ordinary'; why: string | null}
	| {kind: 'given'};

/** What is known of an attempt to open a link. */
export type LinkResult = OpenResult & {window: LinkWindow};

/** What the person's desktop does for the program. Nothing here throws. */
export type Desktop = {
	/** Why a browser is not opened by itself here; `null` where it is. */
	readonly whyNotOpen: WhyNotOpen | null;
	/** Copies by the best way there is, within 2 s a way. */
	copy(text: string): Promise<CopyResult>;
	/** Starts the browser as the person has it: `$BROWSER`, else the system's. */
	open(url: string): Promise<OpenResult>;
	/** Opens a link at which an account signs in: in a window of its own where that can be had, and was not forbidden. */
	openLink(url: string): Promise<LinkResult>;
	/** Which window a link would open in. */
	linkWindow(): Promise<LinkWindow>;
	/** Removes the profiles of windows whose browser is gone. */
	removeLeftovers(): Promise<void>;
	/** A QR code, one string a line, drawn with half blocks (or, in ASCII, two characters a module). */
	qr(text: string): string[];
};
