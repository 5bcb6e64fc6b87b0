import type {Offer} from './offers.ts';

/** A line up to the cursor, as bash reads it. */
export type BashLine = {
	/** The finished words, without quotes. */
	words: readonly string[];
	/** The word at the cursor, without quotes; empty at the start of a new one. */
	current: string;
	/** The same word as typed. */
	raw: string;
	/** The quote that opens it; `''` for none, `null` if it has quotes elsewhere. */
	quote: '' | '"' | "'" | null;
};

/** Splits a line like bash without evaluating anything: `$`, backquotes and globs stay unchanged. */
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
 * What bash should insert for each matching word: quoted so that it stays one word and is never evaluated, in
 * the style that the person began. Nothing if no quoting is safe.
 * @param replaced the part that bash replaces, which begins after the last of its `COMP_WORDBREAKS`.
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
