import type {Offer} from './offers.ts';

/** A line as bash reads it, up to the cursor. */
export type BashLine = {
	/** The words that have ended, quotes taken away. */
	words: readonly string[];
	/** The word that is being typed, quotes taken away; empty where a new one begins. */
	current: string;
	/** The same as it stands on the line. */
	raw: string;
	/** The quote that is open at its beginning; `''` for none, `null` where quotes stand elsewhere in it. */
	quote: '' | '"' | "'" | null;
};

/** Takes a line apart as bash does, evaluating nothing: `$`, backquotes and globs stay what they are. */
export function readBashLine(line: string): BashLine {
	const words: string[] = [];
	let [current, start, quote, quotes] = ['', 0, '', 0];
	let begun = false;
	for (let at = 0; at < line.length; at += 1) {
		const character = line[at] ?? '';
		if (quote === '' && /[ \t\n]/.test(character)) {
			if (begun) {
				words.push(current);
			}

			[current, start, quotes, begun] = ['', at + 1, 0, false];
			continue;
		}

		begun = true;
		if (character === quote) {
			quote = '';
		} else if (quote === '' && (character === '"' || character === "'")) {
			quote = character;
			quotes += 1;
		} else if (character === '\\' && quote !== "'") {
			at += 1;
			current += line[at] ?? '';
		} else {
			current += character;
		}
	}

	const raw = line.slice(start);
	const isOpen = quote !== '' && quotes === 1 && raw.startsWith(quote);
	return {words, current, raw, quote: quotes === 0 ? '' : isOpen ? (quote as '"' | "'") : null};
}

/**
 * What bash is to put in the place of the word that it completes, for each word that fits: quoted so that it stays one word
 * and is never evaluated, in the way that the person has begun. Where no quoting is safe, nothing.
 * @param replaced what bash takes for the word, which begins after the last of its `COMP_WORDBREAKS`.
 */
export function bashReplies(
	{current, raw, quote}: BashLine,
	offers: readonly Offer[],
	replaced: string,
): string[] {
	const kept = quote === '' && raw.endsWith(replaced) ? raw.slice(0, raw.length - replaced.length) : '';
	return offers
		.filter(({word}) => word.startsWith(current))
		.flatMap(({word}) => {
			if (quote === '') {
				const escaped = word.replace(/[^\w@%+=:,./\u0080-\uFFFF-]/g, '\\$&');
				return escaped.startsWith(kept) ? [escaped.slice(kept.length)] : [];
			}

			const ends = quote === "'" ? /'/ : /["$`\\!]/;
			return quote === null || ends.test(word) ? [] : [word];
		});
}
