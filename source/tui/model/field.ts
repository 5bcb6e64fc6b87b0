import {graphemes} from '../../flock/graphemes.ts';

/** A field of one line. */
export type Field = {
	text: string;
	/** The number of characters, as people count them, after the cursor. */
	after: number;
};

/** The commands that edit a field like a shell's line. */
export const edits = [
	'erase',
	'erase-next',
	'erase-word',
	'clear-field',
	'erase-rest',
	'cursor-left',
	'cursor-right',
	'cursor-home',
	'cursor-end',
	'word-left',
	'word-right',
] as const;

/** A command that edits a field. */
export type Edit = (typeof edits)[number];

/** A field's text before and after the cursor. */
export function parted({text, after}: Field): [before: string, behind: string] {
	const characters = charactersOf(text);
	const at = Math.max(0, characters.length - after);
	return [characters.slice(0, at).join(''), characters.slice(at).join('')];
}

/** A field's text with more text at the cursor. */
export function inserted(field: Field, text: string): string {
	const [before, behind] = parted(field);
	return before + text + behind;
}

/** A field after an editing key. */
export function edited(field: Field, edit: Edit): Field {
	const [before, behind] = parted(field);
	const [left, right] = [charactersOf(before), charactersOf(behind)];
	const {text} = field;
	const after = right.length;
	switch (edit) {
		case 'erase':
			return {text: left.slice(0, -1).join('') + behind, after};
		case 'erase-next':
			// Some terminals send the backspace key as delete.
			return right.length === 0
				? {text: left.slice(0, -1).join(''), after: 0}
				: {text: before + right.slice(1).join(''), after: after - 1};
		case 'erase-word':
			return {text: left.slice(0, left.length - lengthOfWord(left.toReversed())).join('') + behind, after};
		case 'clear-field':
			return {text: behind, after};
		case 'erase-rest':
			return {text: before, after: 0};
		case 'cursor-left':
			return {text, after: Math.min(left.length + after, after + 1)};
		case 'cursor-right':
			return {text, after: Math.max(0, after - 1)};
		case 'word-left':
			return {text, after: after + lengthOfWord(left.toReversed())};
		case 'word-right':
			return {text, after: after - lengthOfWord(right)};
		case 'cursor-home':
			return {text, after: left.length + after};
		case 'cursor-end':
			return {text, after: 0};
	}
}

/** The length of a word, including the spaces before it. */
function lengthOfWord(characters: readonly string[]): number {
	const word = characters.findIndex(character => character.trim() !== '');
	if (word === -1) {
		return characters.length;
	}

	const end = characters.findIndex((character, index) => index > word && character.trim() === '');
	return end === -1 ? characters.length : end;
}

function charactersOf(text: string): string[] {
	return Array.from(graphemes(text), ({segment}) => segment);
}
