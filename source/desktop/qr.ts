import {renderUnicode, renderUnicodeCompact} from 'uqr';

/**
 * The quiet zone, in modules. The standard asks for four, but two scan as well, and a link with a handle fits
 * on a terminal of 24 rows.
 */
const border = 2;

/**
 * A QR code, one string per line. It draws the *light* modules and leaves the dark ones blank, which is right
 * on a terminal with light text on a dark background, and everywhere when coloured white on black. No lines
 * if the text is too long.
 * @param ascii two characters per module instead of half blocks.
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
