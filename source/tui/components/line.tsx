import {Box, Text} from 'ink';
import {memo} from 'react';
import {fit, isSameLine, type Line} from '../line.ts';
import {linkEnd, linkStart} from '../paint/link.ts';
import {styled, type Theme} from '../theme.ts';

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

	const text = textOf(line, columns, theme, spoken);
	if (!spoken) {
		// What only a screen reader needs would cost a third of the time to the first frame.
		return <Text wrap="truncate">{text}</Text>;
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
				{text}
			</Text>
		</Box>
	);
}

/**
 * A line's text, styled. One text, and no component for each span: that takes a quarter off the time of a frame
 * at 200×60, from 17 ms to 12.6.
 */
function textOf(line: Line, columns: number, theme: Theme, spoken: boolean): string {
	const {url} = line;
	const text = fit(line, columns, theme).map(({text: part, tone = 'plain'}) => {
		const shown = url === undefined || !theme.hyperlinks || spoken ? part : hyperlink(part, url);
		return spoken ? shown : styled(theme, tone, shown);
	});
	return text.join('') || ' ';
}

/** An OSC 8 hyperlink. */
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
