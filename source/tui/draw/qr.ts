import {type Span, toned} from './line.ts';

/** A row of a QR code: white on black whatever the terminal's own colours are, so that scanners read it on any ground. */
export function qrSpan(text: string): Span {
	return toned('code', text);
}
