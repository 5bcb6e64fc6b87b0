import type {Problem} from '../model/problem.ts';
import {type Line, paragraph} from './line.ts';

/**
 * What went wrong, what to do about it, and the details.
 * @param rank of the hint; 0 for the sentence, unless the hint's is higher than 1.
 */
export function problemLines(problem: Problem, columns: number, indent = 1, rank = 1): Line[] {
	return [
		...paragraph(problem.sentence, columns, {tone: 'bad', indent, rank: rank > 1 ? rank : 0}),
		...paragraph(problem.hint, columns, {indent, rank}),
		...(problem.uncertain
			? paragraph('X may or may not have accepted the PIN.', columns, {tone: 'warn', indent, rank})
			: []),
		...paragraph(problem.label, columns, {tone: 'quiet', indent, rank: 6}),
	];
}
