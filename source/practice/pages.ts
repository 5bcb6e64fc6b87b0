import {createHash} from 'node:crypto';
import {escapeHtml} from '../system/html.ts';
import type {Answer} from './answer.ts';
import type {Link} from './links.ts';

/** An account to choose. */
export type Account = {
	/** Without @. */
	handle: string;
	/** What already uses it; `null` for a free one. */
	mark: string | null;
};

/** The contents of the page that asks for the account. */
export type ChoicePage = {
	link: Link;
	/** The app's name. */
	app: string;
	/** This flock's accounts, and those for its future bots. */
	flock: readonly Account[];
	/** Accounts that other flocks have used. */
	others: readonly Account[];
	/** The account that keymaker asked for, as sent; empty for any. */
	expected: string;
	/** The preselected account; `null` for none. */
	chosen: string | null;
	/** The text in the field for another account. */
	typed: string;
	/** Why the form came back; `null` the first time. */
	problem: string | null;
	/** The account that the browser is signed in as; `null` for none. */
	session: string | null;
};

/** The page to choose an account and authorize the app, or cancel. */
export function choicePage(choice: ChoicePage): Answer {
	const {link, app, flock, others, expected, chosen, typed, problem, session} = choice;
	const may = link.access === 'read' ? 'read posts' : 'read and write posts';
	// A typed name was wrong, so the problem is shown with its field.
	const mistyped = problem !== null && typed !== '';
	const none = flock.length + others.length === 0;
	const sentence = `<p class="problem" role="alert" id="problem">${escapeHtml(problem ?? '')}</p>`;
	return page(
		problem === null ? 200 : 400,
		'Authorize an app',
		`<h1>Authorize ${escapeHtml(app)}?</h1>
<p>It can ${may} as the account that you choose here.</p>
${session === null ? '' : `<p class="session">This browser is signed in as <strong>@${escapeHtml(session)}</strong>.</p>`}
<form method="post" action="/oauth/authorize">
<input type="hidden" name="oauth_token" value="${escapeHtml(link.token)}">
<input type="hidden" name="form_token" value="${escapeHtml(link.formToken)}">
<input type="hidden" name="expected" value="${escapeHtml(expected)}">
${problem !== null && !mistyped ? sentence : ''}
${choiceOf('Account', flock, chosen)}
${choiceOf('Other flocks', others, chosen)}
<label class="other"><span>${none ? 'Account' : 'Or another account'}</span>
<span class="field"><span aria-hidden="true">@</span><input type="text" name="other" value="${escapeHtml(typed)}" autocomplete="off" autocapitalize="none" autocorrect="off" enterkeyhint="go" spellcheck="false"${
			mistyped ? ' aria-invalid="true" aria-describedby="problem" autofocus' : ''
		}></span></label>
${mistyped ? sentence : ''}
<div class="buttons"><button class="main" name="action" value="authorize">Authorize app</button>
<button name="action" value="cancel">Cancel</button></div>
</form>`,
		link.callback === null ? '' : new URL(link.callback).origin,
	);
}

function choiceOf(legend: string, accounts: readonly Account[], chosen: string | null): string {
	if (accounts.length === 0) {
		return '';
	}

	const rows = accounts.map(({handle, mark}) => {
		const checked = chosen !== null && handle.toLowerCase() === chosen.toLowerCase() ? ' checked' : '';
		const marked = mark === null ? '' : `<span class="mark">${escapeHtml(mark)}</span>`;
		return `<label class="account"><input type="radio" name="account" value="${escapeHtml(handle)}"${checked}><span>@${escapeHtml(handle)}</span>${marked}</label>`;
	});
	return `<fieldset><legend>${legend}</legend><div class="accounts">${rows.join('\n')}</div></fieldset>`;
}

/** The page that shows the PIN. */
export function pinPage(pin: string, handle: string, app: string): Answer {
	return page(
		200,
		'Your PIN',
		`<h1>Your PIN</h1>
<p>${escapeHtml(app)} can now use <strong>@${escapeHtml(handle)}</strong>. To finish, paste this PIN into keymaker:</p>
<code id="pin">${escapeHtml(pin)}</code>
<p class="small">It works once, with this link only.</p>`,
	);
}

/** Sends the browser to the app's callback address with the answer. */
export function sentBack(callback: string, answer: Record<string, string>): Answer {
	return {
		status: 302,
		type: null,
		body: '',
		headers: {
			location: `${callback}?${new URLSearchParams(answer)}`,
			'referrer-policy': 'no-referrer',
			'cache-control': 'no-store',
		},
	};
}

/** The page after Cancel. */
export function cancelledPage(app: string): Answer {
	return page(
		200,
		'Cancelled',
		`<h1>Cancelled</h1>
<p>${escapeHtml(app)} has no access, and this link no longer works. Press <kbd>n</kbd> in keymaker for a new one.</p>`,
	);
}

/** The page for a link that was used, has ended, or never existed. */
export function stalePage(): Answer {
	return page(
		404,
		'This link no longer works',
		`<h1>This link no longer works</h1>
<p>It was used or cancelled, or its keymaker has quit. Press <kbd>n</kbd> in keymaker for a new one.</p>`,
	);
}

/** The page for a refused or unknown request. */
export function refusedPage(status: number, sentence: string): Answer {
	return page(status, 'Not here', `<h1>Not here</h1><p>${escapeHtml(sentence)}</p>`);
}

/** @param elsewhere the origin that a form may lead to besides this one; browsers look at redirections, too. */
function page(status: number, title: string, content: string, elsewhere = ''): Answer {
	return {
		status,
		type: 'text/html;charset=utf-8',
		body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · keymaker practice</title>
<style>${style}</style>
</head>
<body>
<p class="practice"><strong>Practice</strong> This page is part of keymaker on this computer. It is not X.</p>
<main>
${content}
</main>
</body>
</html>
`,
		headers: {
			'content-security-policy':
				`default-src 'none'; style-src '${styleHash()}'; form-action ${`'self' ${elsewhere}`.trim()}; ` +
				"base-uri 'none'; frame-ancestors 'none'",
			'x-frame-options': 'DENY',
			'x-content-type-options': 'nosniff',
			'referrer-policy': 'no-referrer',
			'cross-origin-opener-policy': 'same-origin',
			'cross-origin-resource-policy': 'same-origin',
		},
	};
}

function styleHash(): string {
	return `sha256-${createHash('sha256').update(style).digest('base64')}`;
}

const style = `
:root {
	color-scheme: light dark;
	--paper: light-dark(#f6f4ef, #17181b);
	--card: light-dark(#ffffff, #212327);
	--ink: light-dark(#1f2024, #ececea);
	--quiet: light-dark(#5d5f66, #a6a8ae);
	--line: light-dark(#d9d6ce, #3b3e45);
	--accent: light-dark(#24613f, #8fd3ab);
	--on-accent: light-dark(#ffffff, #10231a);
	--warn: light-dark(#7a4b00, #f2c879);
	--warn-paper: light-dark(#fdf0d5, #3a2f1a);
}
* { box-sizing: border-box; }
body {
	margin: 0; padding: 0 1rem 3rem; background: var(--paper); color: var(--ink);
	font: 1rem/1.5 system-ui, sans-serif;
}
.practice {
	margin: 0 -1rem; padding: .6rem 1rem; background: var(--warn-paper); color: var(--warn);
	text-align: center; font-size: .95rem;
}
.practice strong {
	margin-right: .4rem; padding: .1rem .6rem; border: 1px solid; border-radius: 1rem; font-size: .85rem;
}
main {
	max-width: 27rem; margin: clamp(1rem, 4vh, 4rem) auto 0; padding: clamp(1.15rem, 5vw, 1.75rem);
	background: var(--card); border: 1px solid var(--line); border-radius: .9rem;
}
h1 { margin: 0 0 .5rem; font-size: 1.45rem; line-height: 1.25; text-wrap: balance; }
p { margin: 0 0 1rem; }
fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
fieldset + fieldset { margin-top: 1rem; }
legend, .other > span:first-child {
	display: block; margin-bottom: .4rem; padding: 0; color: var(--quiet); font-size: .9rem;
}
.accounts { max-height: 15.2rem; overflow-y: auto; border: 1px solid var(--line); border-radius: .6rem; }
.account { display: flex; gap: .7rem; align-items: center; min-height: 2.75rem; padding: .3rem .9rem; cursor: pointer; }
.account + .account { border-top: 1px solid var(--line); }
.account:has(:checked) { background: color-mix(in srgb, var(--accent) 12%, transparent); font-weight: 600; }
.account .mark {
	margin-left: auto; color: var(--quiet); font-size: .85rem; font-weight: 400; text-align: right; overflow-wrap: anywhere;
}
.account input { flex: none; width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--accent); }
.other { display: block; margin: 1rem 0 1.5rem; }
.field {
	display: flex; align-items: center; padding-left: .9rem; color: var(--quiet);
	border: 1px solid var(--line); border-radius: .6rem;
}
.field:focus-within { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: 1px; }
.field input {
	flex: 1; min-width: 0; height: 2.75rem; padding: 0 .9rem 0 .15rem;
	border: 0; outline: 0; background: none; color: var(--ink); font: inherit;
}
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; }
button {
	flex: 1 1 auto; min-height: 2.75rem; padding: 0 1.1rem; border: 1px solid var(--line); border-radius: 2rem;
	background: none; color: inherit; font: inherit; font-weight: 600; white-space: nowrap; cursor: pointer;
}
button.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
button:hover { filter: brightness(1.08); }
button:focus-visible, .account input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.field:has([aria-invalid]) { border-color: var(--warn); }
.other + .problem { margin: -1rem 0 1.5rem; }
.problem { padding: .6rem .9rem; border-radius: .6rem; background: var(--warn-paper); color: var(--warn); }
#pin {
	display: block; margin: 1.25rem 0; padding: 1.1rem .5rem; border: 1px solid var(--line); border-radius: .6rem;
	font: 600 clamp(2rem, 11vw, 3rem)/1.1 ui-monospace, monospace; letter-spacing: .08em; text-indent: .08em;
	text-align: center; user-select: all; -webkit-user-select: all;
}
.session { padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .6rem; }
.small { margin: 0; color: var(--quiet); font-size: .9rem; }
kbd { padding: .05rem .4rem; border: 1px solid var(--line); border-radius: .3rem; font: .9em ui-monospace, monospace; }
`;
