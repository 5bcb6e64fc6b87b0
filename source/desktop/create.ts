import {openBrowser, whyNotOpen} from './browser.ts';
import {type ClipboardOptions, copyText} from './clipboard.ts';
import type {Desktop} from './desktop.ts';
import {qrLines} from './qr.ts';

/** What the desktop depends on. */
export type DesktopOptions = ClipboardOptions & {
	platform: NodeJS.Platform;
	/** True with `--no-open`. */
	noOpen: boolean;
	/** True with `--browser default`. */
	ordinary?: boolean;
	/** True if only ASCII is allowed. */
	ascii?: boolean;
};

/** The desktop of the person who runs the program. */
export function createDesktop(options: DesktopOptions): Desktop {
	const {env, platform, noOpen, ordinary = false, ascii = false} = options;
	const link = {env, platform, ordinary};
	return {
		whyNotOpen: whyNotOpen(env, platform, noOpen),
		copy: text => copyText(text, options),
		open: url => openBrowser(url, env, platform),
		openLink: async url => (await import('./link-window.ts')).openLink(url, link),
		linkWindow: async () => (await (await import('./link-way.ts')).linkWay(link)).told,
		async removeLeftovers() {
			const {allProfileFolders, removeLeftovers} = await import('./profiles.ts');
			await removeLeftovers(allProfileFolders(env, platform), Date.now());
		},
		qr: text => qrLines(text, ascii),
	};
}
