/**
 * Texts of characters that take one column each and never combine: Latin, Greek and Cyrillic letters,
 * punctuation, arrows, boxes and shapes. Most texts are like this and need no segmentation.
 */
export const narrow =
	/^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u2500-\u25fc\u2713\u2715\u276f\u2800-\u28ff]*$/;

/** Created when needed: that takes long, and commands that draw nothing and screens of narrow texts do not need it. */
let segmenter: Intl.Segmenter | null = null;

/** A text's characters, as readers see them. */
export function graphemes(text: string): Iterable<{segment: string}> {
	if (narrow.test(text)) {
		return Array.from(text, segment => ({segment}));
	}

	segmenter ??= new Intl.Segmenter('en', {granularity: 'grapheme'});
	return segmenter.segment(text);
}
