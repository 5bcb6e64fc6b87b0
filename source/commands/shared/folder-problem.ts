import type {PoemFolder} from '../../flock/poem.ts';
import {visible} from '../../flock/visible.ts';

/** Why there are no poems, and what to do; `null` if there are some. */
export function folderProblem({problem, path: folder}: PoemFolder): {sentence: string; hint: string} | null {
	const place = visible(folder);
	switch (problem) {
		case 'missing':
			return {
				sentence: `No folder ${place}.`,
				hint: 'Create it with keymaker init, or choose another with --poems.',
			};
		case 'not-a-folder':
			return {sentence: `${place} is not a folder.`, hint: 'Choose the folder of poems with --poems.'};
		case 'unreadable':
			return {
				sentence: `${place} cannot be read.`,
				hint: 'Make it readable (chmod u+rx), or choose another with --poems.',
			};
		case 'empty':
			return {sentence: `${place} has no poems yet.`, hint: 'Add a .txt file for each bot.'};
		case null:
			return null;
	}
}
