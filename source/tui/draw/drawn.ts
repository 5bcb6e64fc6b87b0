import {hyperlink, nameLink} from '../paint/link.ts';
import {fit, type Line} from './line.ts';
import {styled, type Theme, type Tone} from './theme.ts';

/** The end of a colour before another one, which Ink leaves out. */
const needlessReset = /\u001B\[39m(?=\u001B\[3[0-7]m)/g;

/**
 * A line as a terminal shows it. One text, and no component for each span, which would cost each frame.
 * Neighbours in one tone share their style, as Ink would have it: so Ink's own first frame is the very text that stands there.
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
