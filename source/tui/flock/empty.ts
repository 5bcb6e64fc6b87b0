import {visible} from '../../flock/visible.ts';
import {blank, type Line, paragraph} from '../draw/line.ts';
import type {Problem} from '../model/problem.ts';
import type {State} from '../model/state.ts';

/** Why there is no flock, and what to do about it. */
export function emptyFolderLines({folder, fixed}: State, width: number): Line[] {
	const path = visible(fixed.poemsPath);
	const [sentence, hint] = {
		missing: [
			`There is no folder ${path}.`,
			'i makes it, with a sample poem. Each .txt file in it is a bot; --poems names another folder.',
		],
		'not-a-folder': [`${path} is not a folder.`, 'Name the folder of poems with --poems or KEYMAKER_POEMS.'],
		unreadable: [
			`The folder ${path} cannot be read.`,
			'Give yourself permission to read it (chmod u+rx), then press r.',
		],
		empty: [
			`There is no poem in ${path} yet.`,
			'Put one poem into each .txt file there: each is a bot, and shows up here by itself. i adds a sample.',
		],
	}[folder?.problem ?? 'empty'];
	return [blank, ...paragraph(sentence ?? '', width, {tone: 'warn'}), ...paragraph(hint ?? '', width)];
}

/** What is wrong with the folder of poems, where there are keys all the same. */
export function folderSentence({folder, fixed}: State): string {
	const path = visible(fixed.poemsPath);
	switch (folder?.problem) {
		case 'missing':
			return `No poems: there is no folder ${path}. The keys are kept.`;
		case 'not-a-folder':
			return `No poems: not a folder, ${path}. The keys are kept.`;
		case 'unreadable':
			return `No poems: cannot read ${path}. The keys are kept.`;
		default:
			return `No poems in ${path}. The keys are kept.`;
	}
}

/** Nothing passes the filter. */
export function emptyListLines({list}: State, width: number): Line[] {
	return [blank, ...paragraph(`No bot matches ${visible(list.filter)}. Esc clears the filter.`, width)];
}

/** Why the flock cannot be read: a calm screen, not a crash. */
export function problemLines({size, fixed}: State, problem: Problem): Line[] {
	const {columns} = size;
	return [
		blank,
		...paragraph(problem.sentence, columns, {tone: 'bad'}),
		...paragraph(problem.hint, columns),
		blank,
		...(problem.code.startsWith('keystore-')
			? paragraph(`Keystore: ${visible(fixed.keystorePath)}`, columns, {tone: 'quiet', rank: 3})
			: []),
		...paragraph(problem.label, columns, {tone: 'quiet', rank: 4}),
	];
}
