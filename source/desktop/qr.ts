import {renderUnicode, renderUnicodeCompact} from 'uqr';

/**
 * The quiet zone, in modules. The standard asks for four; two scan as well, and so a link with a handle
 * fits on a terminal of 24 rows.
 */
const border = 2;

/**
 * A QR code, one string a line: its *light* modules are drawn and its dark ones left blank, so that it is right
 * in a terminal with light text on dark ground, and everywhere when coloured white on black.
 * No lines where the text is too long for one.
 * @param ascii two characters a module instead of half blocks.
 */
export function qrLines(text: string, ascii: boolean): string[] {
	try {
		const drawn = ascii
			? renderUnicode(text, {border, whiteChar: '##', blackChar: '  '})
			: renderUnicodeCompact(text, {border});
		return drawn.split('\n');
	} catch {
		return [];
	}
}
