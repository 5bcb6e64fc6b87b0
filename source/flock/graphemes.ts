/**
 * Texts of characters that take one column each and never join with others: Latin, Greek and Cyrillic letters, punctuation,
 * arrows, boxes and shapes. Most are no more than that, and need no look at what they are made of.
 */
export const narrow =
	/^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u2500-\u25fc\u2713\u2715\u276f\u2800-\u28ff]*$/;

/** Made when it is needed: it takes long to make, and commands that draw nothing, and screens of narrow texts, do without. */
let segmenter: Intl.Segmenter | null = null;

/** What a reader takes for one character each. */
export function graphemes(text: string): Iterable<{segment: string}> {
	if (narrow.test(text)) {
		return Array.from(text, segment => ({segment}));
	}

	segmenter ??= new Intl.Segmenter('en', {granularity: 'grapheme'});
	return segmenter.segment(text);
}
