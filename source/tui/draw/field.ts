import {columnsOf, cut} from '../../flock/width.ts';
import {type Field, parted} from '../model/field.ts';
import {tail} from './text.ts';

/**
 * The part of a field that fits a width and shows its cursor.
 * @param drawn how to draw its text: made visible, or masked.
 * @param width columns, including the cursor's own.
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

/** A mask for hidden characters. */
export function dots(count: number): string {
	return '•'.repeat(count);
}
