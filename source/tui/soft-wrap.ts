/** Begins a piece of the link; see OSC 8 in `components/line.tsx`. */
export const linkStart = '\u001B]8;id=keymaker-link;';

/** Ends a hyperlink. */
export const linkEnd = '\u001B]8;;\u001B\\';

/** The end of one piece, the line end that Ink puts there, and the beginning of the next piece. */
const seam = /(\u001B\]8;;\u001B\\)\n(?:\u001B\[1G\u001B\[K)?(?=\u001B\]8;id=keymaker-link;)/g;

/** A whole piece: what opens it, its text, and what closes it. */
const piece = /(\u001B\]8;id=keymaker-link;[^\u001B]*\u001B\\)([^\u001B]*)(\u001B\]8;;\u001B\\)/g;

/**
 * Lets the terminal itself wrap the link where it fills a row: whoever selects it by mouse then has it in one
 * piece, without the line ends by which Ink moves from row to row.
 * @param data what Ink writes.
 * @param columns the width of the terminal.
 */
export function softWrapped(data: string, columns: number): string {
	if (!data.includes(linkStart)) {
		return data;
	}

	const joined = data.replace(seam, '$1');
	if (joined === data) {
		return data;
	}

	// Without its line end, Ink's erasing before the piece is gone too: a short last piece erases after itself.
	return joined.replace(piece, (whole, _open: string, text: string) =>
		text.length < columns ? `${whole}\u001B[K` : whole,
	);
}

/** Ink's way down, row by row, to a row that has changed. */
const walkDown = /(?:\u001B\[E){2,}/g;

/**
 * Goes to a row at once where Ink walks there row by row: 50 of the 250 bytes that it writes for an arrow key at 80×24,
 * and 220 of 2,900 at 200×60.
 */
export function withoutWalks(data: string): string {
	return data.replace(walkDown, steps => `\u001B[${steps.length / 3}E`);
}

/** A terminal that wraps the link softly, and is written to without detours; everything else is the terminal's own. */
export function wrappingSoftly(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
	const write = (data: string | Uint8Array, ...rest: never[]): boolean =>
		stdout.write(typeof data === 'string' ? softWrapped(withoutWalks(data), stdout.columns) : data, ...rest);
	return new Proxy(stdout, {
		get(target, name) {
			if (name === 'write') {
				return write;
			}

			const value: unknown = Reflect.get(target, name, target);
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});
}
