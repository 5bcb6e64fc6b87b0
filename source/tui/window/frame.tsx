import {Box, useIsScreenReaderEnabled} from 'ink';
import type {View} from '../draw/line.ts';
import {frameLines} from '../frame.ts';
import type {State} from '../model/state.ts';
import {Row} from './row.tsx';

/** The whole window: the state's lines, one below the other. */
export function Frame({state, view}: {state: State; view: View}) {
	const spoken = useIsScreenReaderEnabled();
	const {columns, rows} = state.size;
	return (
		// Not clipped: the lines already fit, and clipping costs each frame.
		<Box flexDirection="column" width={columns} height={rows}>
			{frameLines(state, view).map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a line's identity is its row.
				<Row key={index} line={line} columns={columns} theme={view.theme} spoken={spoken} />
			))}
		</Box>
	);
}
