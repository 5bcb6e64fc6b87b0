import type {PoemFolder} from '../../flock/poem.ts';
import {visible} from '../../flock/visible.ts';

/** Why there are no poems, and what to do; `null` where there are. */
export function folderProblem({problem, path: folder}: PoemFolder): {sentence: string; hint: string} | null {
	const place = visible(folder);
	switch (problem) {
		case 'missing':
			return {
				sentence: `There is no folder ${place}.`,
				hint: 'keymaker init makes one with a sample; --poems names another.',
			};
		case 'not-a-folder':
			return {sentence: `${place} is not a folder.`, hint: '--poems names the folder that holds the poems.'};
		case 'unreadable':
			return {
				sentence: `${place} cannot be read.`,
				hint: 'Make it readable (chmod u+rx), or name another with --poems.',
			};
		case 'empty':
			return {sentence: `${place} holds no poems yet.`, hint: 'Each .txt file in it becomes a bot.'};
		case null:
			return null;
	}
}
