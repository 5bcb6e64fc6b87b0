import {openBrowser, whyNotOpen} from './browser.ts';
import {type ClipboardOptions, copyText} from './clipboard.ts';
import type {Desktop} from './desktop.ts';
import {qrLines} from './qr.ts';

/** What the desktop is made from. */
export type DesktopOptions = ClipboardOptions & {
	platform: NodeJS.Platform;
	/** True with `--no-open`. */
	noOpen: boolean;
	/** True where only ASCII may be drawn. */
	ascii?: boolean;
};

/** The desktop of the person who runs the program. */
export function createDesktop(options: DesktopOptions): Desktop {
	const {env, platform, noOpen, ascii = false} = options;
	return {
		whyNotOpen: whyNotOpen(env, platform, noOpen),
		copy: text => copyText(text, options),
		open: url => openBrowser(url, env, platform),
		qr: text => qrLines(text, ascii),
	};
}
