/**
 * Makes text safe to draw: whatever a terminal would obey rather than show becomes a visible form.
 * C0 controls and DEL become their Unicode control pictures (␛), C1 controls, soft hyphens, line and paragraph
 * separators, bidirectional controls, invisible tag characters and lone surrogates become `‹U+202E›`.
 * Joiners and variation selectors stay, since emoji and many scripts are made of them.
 */
export function visible(text: string): string {
	return unsafe.test(text) ? text.replace(unsafeAll, pictureOf) : text;
}

const pattern =
	'[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}\\p{Cs}]';
const unsafe = new RegExp(pattern, 'u');
const unsafeAll = new RegExp(pattern, 'gu');

function pictureOf(character: string): string {
	const code = character.codePointAt(0) as number;
	if (code < 0x20) {
		return String.fromCharCode(0x2400 + code);
	}

	if (code === 0x7f) {
		return '\u2421';
	}

	return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
}
