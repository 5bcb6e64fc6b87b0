import {createHash} from 'node:crypto';
import {escapeHtml} from '../system/html.ts';

/** The page that the browser shows at the end. @param sentence what came of it; holds no secret. */
export function donePage(sentence: string): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>keymaker</title>
<style>${style}</style>
</head>
<body><main><h1>keymaker</h1><p>${escapeHtml(sentence)}</p></main></body>
</html>
`;
}

const style = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 1rem; font: 1.15rem/1.5 system-ui, sans-serif; }
main { max-width: 27rem; margin: clamp(1rem, 12vh, 8rem) auto 0; overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1rem; opacity: .7; }
`;

/** What every answer says: no script, no referrer, no copy in a cache, no frame, and no second request on the connection. */
export const answerHeaders: Readonly<Record<string, string>> = {
	'content-security-policy':
		`default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; ` +
		"form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
	'referrer-policy': 'no-referrer',
	'cache-control': 'no-store',
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
	connection: 'close',
};
