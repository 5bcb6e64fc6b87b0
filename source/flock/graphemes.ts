/** Made when it is needed: it takes 9 ms, which commands that draw nothing do without. */
let segmenter: Intl.Segmenter | null = null;

/** What a reader takes for one character each. */
export function graphemes(text: string): Intl.Segments {
	segmenter ??= new Intl.Segmenter('en', {granularity: 'grapheme'});
	return segmenter.segment(text);
}
