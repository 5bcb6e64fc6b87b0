import {hyperlink, nameLink} from '../paint/link.ts';
import {fit, type Line} from './line.ts';
import {styled, type Theme, type Tone} from './theme.ts';

/** The end of a colour before another one, which Ink leaves out. */
const needlessReset = /\u001B\[39m(?=\u001B\[3[0-7]m)/g;

/**
 * A line for the terminal. One text without a component per span, which would cost each frame. Adjacent spans
 * in one tone share their style, like Ink's, so Ink's own first frame is exactly the text that is already
 * there.
 */
export function drawnLine(line: Line, columns: number, theme: Theme): string {
	const {url} = line;
	let drawn = '';
	let run = '';
	let tone: Tone = 'plain';
	for (const span of fit(line, columns, theme)) {
		if (span.text !== '' && (span.tone ?? 'plain') !== tone) {
			drawn += styled(theme, tone, run);
			run = '';
			tone = span.tone ?? 'plain';
		}

		const leadsTo = url ?? span.url;
		run +=
			leadsTo === undefined || !theme.hyperlinks || span.text === ''
				? span.text
				: url === undefined
					? nameLink(span.text, leadsTo)
					: hyperlink(span.text, url);
	}

	return (drawn + styled(theme, tone, run)).replaceAll(needlessReset, '');
}
