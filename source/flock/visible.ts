/**
 * Makes a name, path or sentence safe to draw, and keeps texts with invisible characters distinct. Everything
 * that a terminal would obey or that is invisible becomes a visible form: C0 controls and DEL become Unicode
 * control pictures (␛), everything else `‹U+202E›`: other controls, bidirectional ones, fillers, blanks other
 * than the space, joiners, variation selectors, tags, private and unassigned characters, lone surrogates. If
 * a text already contains such a form, the form's first character is escaped, so different texts never look
 * alike for this reason. Required invisible characters stay: emoji sequences that Unicode recommends
 * (families, flags, ❤️), and joiners where RFC 5892 allows them, between letters that they change.
 */
export function visible(text: string): string {
	if (plain.test(text)) {
		return text;
	}

	suspect ??= new RegExp(`${hiddenOnes}|${ownForm}`, 'v');
	if (!suspect.test(text)) {
		return text;
	}

	hidden ??= new RegExp(`${kept.join('|')}|(${hiddenOnes}|${ownForm})`, 'gv');
	return text.replace(hidden, (whole, found?: string) => (found === undefined ? whole : pictureOf(found)));
}

/**
 * Makes a poem's text safe to draw: like `visible`, but keeps what only matters in names. Spaces of every
 * kind, joiners and variation selectors stay, since verse and many scripts use them.
 */
export function legible(text: string): string {
	if (plain.test(text)) {
		return text;
	}

	obeyed ??= new RegExp(obeyedOnes, 'gu');
	return text.replace(obeyed, pictureOf);
}

/** Most texts need no escaping at all. */
const plain = /^[\x20-\x7e]*$/;

/** What a terminal obeys, and what has no reliable width. */
const obeyedOnes =
	'[\\0-\\x1f\\x7f-\\x9f\\xad\\u061c\\u115f\\u1160\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}\\p{Cs}]';

/** Arabic-script letters that join the next letter, and those that join the previous one. */
const joinsNext =
	'\\u0626\\u0628\\u062a-\\u062e\\u0633-\\u063f\\u0641-\\u0647\\u0649\\u064a\\u066e\\u066f\\u0678-\\u0687\\u069a-\\u06bf\\u06c1\\u06c2\\u06cc\\u06ce\\u06d0\\u06d1\\u06fa-\\u06fc\\u06ff';
const joinsBefore = `${joinsNext}\\u0622-\\u0625\\u0627\\u0629\\u062f-\\u0632\\u0648\\u0671-\\u0673\\u0675-\\u0677\\u0688-\\u0699\\u06c0\\u06c3-\\u06cb\\u06cd\\u06cf\\u06d2\\u06d3\\u06d5\\u06ee\\u06ef`;

/** The signs that remove a consonant's vowel, in the scripts of India and Sri Lanka. */
const viramas = '\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca';

const kept = [
	// Tags can spell out any text invisibly.
	'[\\p{RGI_Emoji}--\\p{RGI_Emoji_Tag_Sequence}]',
	`(?<=[${joinsNext}]\\p{Mn}*)\\u200c(?=\\p{Mn}*[${joinsBefore}])`,
	`(?<=\\p{L}\\p{M}?[${viramas}])[\\u200c\\u200d](?=\\p{L})`,
];

/** Controls, surrogates, private and unassigned characters, line ends, what Unicode calls ignorable, and blanks. */
const hiddenOnes =
	'[\\p{Cc}\\p{Cs}\\p{Co}\\p{Cn}\\p{Zl}\\p{Zp}\\p{DI}\\xa0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u2800\\u3000\\ufff9-\\ufffb\\u{13430}-\\u{1343f}\\u{13441}-\\u{13446}\\u{16fe4}\\u{1d159}]';

/** The characters of a visible form itself. */
const ownForm = '[\\u2400-\\u2421]|\\u2039(?=U\\+[0-9A-F]{4,6}\\u203a)';

// Created when needed: the list of emoji alone takes longer than a whole flock of plain names, and V8 builds
// the sets of a literal with Unicode classes when it reads the file.
let obeyed: RegExp | null = null;
let suspect: RegExp | null = null;
let hidden: RegExp | null = null;

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
