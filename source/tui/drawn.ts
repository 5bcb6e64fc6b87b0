import {fit, type Line, type View} from './line.ts';
import {hyperlink} from './paint/link.ts';
import {frameLines} from './screens/frame.ts';
import type {State} from './state.ts';
import {styled, type Theme} from './theme.ts';

/** The whole window as a terminal shows it: lines with style sequences, none wider than the window. */
export function drawnFrame(state: State, view: View): string {
	return frameLines(state, view)
		.map(line => drawnLine(line, state.size.columns, view.theme).trimEnd())
		.join('\n');
}

/** A line as a terminal shows it. One text, and no component for each span: that takes a quarter off the time of a frame. */
export function drawnLine(line: Line, columns: number, theme: Theme): string {
	const {url} = line;
	const spans = fit(line, columns, theme).map(({text, tone = 'plain'}) =>
		styled(theme, tone, url === undefined || !theme.hyperlinks ? text : hyperlink(text, url)),
	);
	return spans.join('');
}
