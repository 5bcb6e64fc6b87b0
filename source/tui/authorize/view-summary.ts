import {visible} from '../../flock/visible.ts';
import {blank, type Line, paragraph} from '../draw/line.ts';
import {count, names} from '../draw/text.ts';
import type {WalkResult} from '../model/authorization.ts';
import type {Screen, State} from '../model/state.ts';

/** How a walk went: made, skipped and failed, and what to do about the failed. */
export function summaryLines({size}: State, {results, left}: Screen & {name: 'summary'}): Line[] {
	const {columns} = size;
	const of = (kind: WalkResult['kind']) => results.filter(result => result.kind === kind);
	const made = of('made');
	const held = of('held');
	const skipped = of('skipped');
	return [
		blank,
		...group(`● ${count(made.length, 'key')} made`, made, columns, 'good'),
		...group(`○ ${skipped.length} skipped`, skipped, columns, 'plain'),
		...(held.length === 0
			? []
			: [
					...group(`? ${held.length} to decide about`, held, columns, 'accent'),
					...paragraph('Enter on such a bot keeps or discards its key.', columns, {indent: 3, rank: 2}),
				]),
		...of('failed').flatMap(({bot, problem}) => [
			...paragraph(`✕ ${visible(bot)}: ${problem?.sentence ?? ''}`, columns, {tone: 'bad'}),
			...paragraph(problem?.hint ?? '', columns, {indent: 3, rank: 2}),
			...paragraph(problem?.label ?? '', columns, {indent: 3, tone: 'quiet', rank: 6}),
		]),
		blank,
		...paragraph(
			left === 0
				? 'Every bot of this walk has its key.'
				: `${count(left, 'bot')} still without a key: a goes on.`,
			columns,
			{rank: 1},
		),
	];
}

function group(
	title: string,
	results: readonly WalkResult[],
	columns: number,
	tone: 'good' | 'plain' | 'accent',
): Line[] {
	return results.length === 0
		? []
		: paragraph(
				`${title}: ${names(
					results.map(({bot}) => visible(bot)),
					200,
				)}`,
				columns,
				{tone},
			);
}
