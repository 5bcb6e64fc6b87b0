import {Box, Text} from 'ink';
import {memo} from 'react';
import {drawnLine} from '../draw/drawn.ts';
import {fit, isSameLine, type Line} from '../draw/line.ts';
import type {Theme} from '../draw/theme.ts';

/** What a row's component gets. */
export type RowProps = {line: Line; columns: number; theme: Theme; spoken: boolean};

/**
 * One row of the screen, never wider than the window, so nothing wraps. Lines are created again for each
 * frame, so they are compared by their contents: most stay the same, and Ink need not draw those again.
 */
export const Row = memo(DrawnRow, (before, after) => {
	return (
		before.columns === after.columns &&
		before.theme === after.theme &&
		before.spoken === after.spoken &&
		isSameLine(before.line, after.line)
	);
});

function DrawnRow({line, columns, theme, spoken}: RowProps) {
	if (!spoken) {
		// What only a screen reader needs would cost each frame.
		return <Text wrap="truncate">{drawnLine(line, columns, theme) || ' '}</Text>;
	}

	if (line.say === '') {
		return null;
	}

	const text = fit(line, columns, theme).map(span => span.text);
	const state = {...(line.selected ? {selected: true} : {}), ...(line.checked ? {checked: true} : {})};
	return (
		<Box
			height={1}
			flexShrink={0}
			{...(line.role === undefined ? {} : {'aria-role': line.role})}
			aria-state={state}
		>
			<Text wrap="truncate" {...(line.say === undefined ? {} : {'aria-label': line.say})}>
				{text.join('') || ' '}
			</Text>
		</Box>
	);
}
