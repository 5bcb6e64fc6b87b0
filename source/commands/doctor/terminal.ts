import type {Surroundings} from '../../command-line/surroundings.ts';
import {drawsUnicode} from '../../flock/glyph.ts';
import {visible} from '../../flock/visible.ts';
import type {Services} from '../../services.ts';
import {ok, type Result, warning} from './result.ts';

/** Smaller screens are cramped. */
const smallest = {columns: 40, rows: 10};

/** How this computer copies links. */
export function judgeClipboard({clipboard: {way, sentence, hint}}: Surroundings): Result {
	return way === 'none' ? warning('clipboard', sentence, hint) : {...ok('clipboard', sentence), hint};
}

/** Which browser opens a link, in which window, and whether automatically. */
export async function judgeBrowser({
	whyNotOpen,
	linkWindow,
}: Pick<Services['desktop'], 'whyNotOpen' | 'linkWindow'>): Promise<Result> {
	if (whyNotOpen !== null && whyNotOpen.kind !== 'asked') {
		return {...ok('browser', whyNotOpen.sentence), hint: 'Press c to copy the link, or Q for a QR code.'};
	}

	const how = whyNotOpen === null ? 'Links open' : `${whyNotOpen.sentence} o opens a link`;
	const window = await linkWindow();
	switch (window.kind) {
		case 'own':
			return ok('browser', `${how} in ${window.browser}, each time in a new window with an empty profile.`);
		case 'given':
			return {
				...ok('browser', `${how} with $BROWSER.`),
				hint: 'Unset BROWSER to get a new window with an empty profile for each link.',
			};
		case 'ordinary':
			return {
				...ok('browser', `${window.why === null ? '' : `${window.why} `}${how} in an ordinary window.`),
				hint: 'Bots share its session. Copy each link to a private window, and close it before the next one.',
			};
	}
}

/** What the full screen can use. */
export function judgeTerminal({terminal, env}: Surroundings): Result {
	if (terminal === null) {
		return warning(
			'terminal',
			'Standard output is not a terminal, so the full screen was not checked.',
			'Run keymaker doctor in your terminal.',
		);
	}

	const {columns, rows, colours} = terminal;
	const name = visible(env.TERM ?? '');
	const shown = `${name || 'A terminal without TERM'}, ${columns} × ${rows}, ${coloursOf(colours, env)}.`;
	if (name === 'dumb') {
		return warning('terminal', shown, 'TERM=dumb cannot move the cursor. Set TERM to your terminal’s type.');
	}

	return columns < smallest.columns || rows < smallest.rows
		? warning('terminal', shown, `Make it ${smallest.columns} × ${smallest.rows} or larger.`)
		: ok('terminal', shown);
}

/** Whether the terminal can show more than ASCII. */
export function judgeLocale({env, platform}: Surroundings): Result {
	const locale = visible(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
	return drawsUnicode(env, platform)
		? ok('locale', locale === '' ? 'UTF-8, the default on Windows.' : `${locale}: all characters work.`)
		: warning(
				'locale',
				`${locale || 'No locale is set'}${locale === '' ? ', so' : ':'} only ASCII is drawn.`,
				'Set a UTF-8 locale, such as LANG=C.UTF-8.',
			);
}

/** Where the passphrase comes from. */
export function judgePassphrase({env}: Surroundings): Result {
	if (env.KEYMAKER_PASSPHRASE) {
		return warning(
			'passphrase',
			'KEYMAKER_PASSPHRASE is set. Every program started from here can read it.',
			'Set KEYMAKER_PASSPHRASE_COMMAND to a password manager’s command instead.',
		);
	}

	return ok(
		'passphrase',
		env.KEYMAKER_PASSPHRASE_COMMAND
			? 'The passphrase comes from KEYMAKER_PASSPHRASE_COMMAND.'
			: 'No passphrase is in the environment.',
	);
}

function coloursOf(colours: number, env: Surroundings['env']): string {
	if (env.NO_COLOR) {
		return 'no colours (NO_COLOR)';
	}

	return colours <= 2 ? 'no colours' : colours >= 2 ** 24 ? 'true colour' : `${colours} colours`;
}
