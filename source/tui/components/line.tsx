import {Box, Text} from 'ink';
import {memo} from 'react';
import {fit, isSameLine, type Line} from '../line.ts';
import {linkEnd, linkStart} from '../soft-wrap.ts';
import {styleOf, type Theme} from '../theme.ts';

/** What a line's component is given. */
export type LineViewProps = {line: Line; columns: number; theme: Theme; spoken: boolean};

/**
 * One line of the screen. It is never wider than the window, so nothing wraps. Lines are made anew for each frame, so they
 * are compared by what is in them: 3 ms less for each key, since most lines stay as they are.
 */
export const LineView = memo(DrawnLine, (before, after) => {
	return (
		before.columns === after.columns &&
		before.theme === after.theme &&
		before.spoken === after.spoken &&
		isSameLine(before.line, after.line)
	);
});

function DrawnLine({line, columns, theme, spoken}: LineViewProps) {
	if (spoken && line.say === '') {
		return null;
	}

	const spans = fit(line, columns, theme);
	const text = spans.map(({text: part, tone = 'plain'}, index) => {
		const shown = line.url === undefined || !theme.hyperlinks || spoken ? part : hyperlink(part, line.url);
		return tone === 'plain' ? (
			shown
		) : (
			// biome-ignore lint/suspicious/noArrayIndexKey: spans have no other identity than their place.
			<Text key={index} {...styleOf(theme, tone)}>
				{shown}
			</Text>
		);
	});
	if (!spoken) {
		// What only a screen reader needs would cost a third of the time to the first frame.
		return <Text wrap="truncate">{text.length === 0 ? ' ' : text}</Text>;
	}

	const state = {...(line.selected ? {selected: true} : {}), ...(line.checked ? {checked: true} : {})};
	return (
		<Box
			height={1}
			flexShrink={0}
			{...(line.role === undefined ? {} : {'aria-role': line.role})}
			aria-state={state}
		>
			<Text wrap="truncate" {...(line.say === undefined ? {} : {'aria-label': line.say})}>
				{text.length === 0 ? ' ' : text}
			</Text>
		</Box>
	);
}

/** An OSC 8 hyperlink. The pieces of one link share an id, so that a terminal highlights them together. */
function hyperlink(text: string, url: string): string {
	return `${linkStart}${encodeURI(decodeSafely(url))}\u001B\\${text}${linkEnd}`;
}

function decodeSafely(url: string): string {
	try {
		return decodeURI(url);
	} catch {
		return url;
	}
}
