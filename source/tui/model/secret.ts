import {inspect} from 'node:util';
import {graphemes} from '../../flock/graphemes.ts';

/** A text that is typed but never drawn: printing the state shows dots. */
export class Secret {
	readonly #text: string;

	constructor(text = '') {
		this.#text = text;
	}

	/** The number of characters, as people count them, for the mask. */
	get length(): number {
		return [...graphemes(this.#text)].length;
	}

	/** The text itself, for editing and for the one call that needs it. */
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
