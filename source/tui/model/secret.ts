import {inspect} from 'node:util';
import {graphemes} from '../../flock/graphemes.ts';

/** A text that is typed but never drawn: whoever prints the state that holds it sees dots. */
export class Secret {
	readonly #text: string;

	constructor(text = '') {
		this.#text = text;
	}

	/** How many characters there are, as people count them, for the mask. */
	get length(): number {
		return [...graphemes(this.#text)].length;
	}

	/** The text itself, for what edits it and for the one call that needs it. */
	reveal(): string {
		return this.#text;
	}

	toString(): string {
		return '•••';
	}

	toJSON(): string {
		return '•••';
	}

	[inspect.custom](): string {
		return '•••';
	}
}
