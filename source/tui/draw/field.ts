import {columnsOf, cut} from '../../flock/width.ts';
import {type Field, parted} from '../model/field.ts';
import {tail} from './text.ts';

/**
 * The part of a field that a width has room for, so that its cursor is in sight.
 * @param drawn how its text is drawn: made visible, or masked.
 * @param width columns, the cursor's own among them.
 */
export function fieldWindow(
	field: Field,
	drawn: (text: string) => string,
	width: number,
): {text: string; cursor: number} {
	const [before, behind] = parted(field).map(drawn) as [string, string];
	const left = tail(before, Math.max(1, width - 1));
	const cursor = columnsOf(left);
	return {text: left + cut(behind, Math.max(0, width - cursor - 1)), cursor};
}

/** So many characters that are hidden. */
export function dots(count: number): string {
	return '•'.repeat(count);
}
