import {paint, type Screen} from './cells.ts';
import {change, plain} from './row.ts';

/** Ink writes these around each frame, so that a terminal shows it at once. */
const frameMarks = /^\u001B\[\?2026[hl]$/;

/** Ink writes these before a frame to erase the previous one, line by line or down to the end. */
const erasing = /^(?:(?:\u001B\[2K(?:\u001B\[1A\u001B\[2K)*)?\u001B\[G|\u001B\[1;1H\u001B\[J)/;

/** A terminal's modes, such as a hidden cursor or the alternate screen. */
const modes = /^(?:\u001B\[\?[\d;]+[hl])+$/;

/** The alternate screen, the cursor and bracketed pastes, as a shell leaves them and as the full screen needs them. */
const [taking, givingBack] = [
	'\u001B[?1049h\u001B[?25l\u001B[?2004h',
	'\u001B[?2004l\u001B[?25h\u001B[?1049l',
];

const [showCursor, hideCursor] = ['\u001B[?25h', '\u001B[?25l'];

/** The cursor's position, from 0; `null` to hide it. */
export type CursorOf = () => {row: number; column: number} | null;

/** A terminal reads this many bytes at once and shows no half frames. Longer output is marked as one frame. */
const smallFrame = 256;

/** A terminal that frames are painted on cell by cell. */
export type PaintedTerminal = {
	/**
	 * The terminal for Ink, or for whatever draws before Ink: takes complete frames from the first row.
	 * Everything but `write` is the terminal's own.
	 */
	readonly stream: NodeJS.WriteStream;
	/** Shows the alternate screen without a cursor, with bracketed pastes. */
	take(): void;
	/** Moves the cursor to its place without drawing. Each drawn frame does so, too. */
	placeCursor(): void;
	/** Restores the terminal, if it has not been restored yet. Nothing is drawn after that, until it is taken again. */
	giveBack(): void;
};

/**
 * Paints on a terminal: only a frame's changed cells, and only modes that are different. So Ink takes over
 * what was drawn before without drawing anything or entering the screen again. By itself Ink writes each
 * frame whole, or from the first changed cell of each line.
 */
export function paintedTerminal(
	stdout: NodeJS.WriteStream,
	cursorOf: CursorOf = () => null,
): PaintedTerminal {
	return takenTerminal(stdout, cursorOf);
}

/** The same for a screen reader: frames are written as Ink writes them, and only the modes are managed. */
export function spokenTerminal(stdout: NodeJS.WriteStream): PaintedTerminal {
	return takenTerminal(stdout, null);
}

function takenTerminal(stdout: NodeJS.WriteStream, cursorOf: CursorOf | null): PaintedTerminal {
	let screen: Screen | null = null;
	let size = '';
	const inForce = modesIn(givingBack);
	let isGivenBack = false;

	/** What to write for one of Ink's writes. */
	function translated(data: string): string {
		// At an exit Ink draws once more, and it may learn about that later than others.
		if (data === '' || isGivenBack) {
			return '';
		}

		if (modes.test(data) && !frameMarks.test(data)) {
			return switched(data);
		}

		if (cursorOf === null) {
			return data;
		}

		if (frameMarks.test(data)) {
			return '';
		}

		const frame = data.replace(erasing, '');
		if (frame === '') {
			return forget();
		}

		const sizeNow = `${stdout.columns}×${stdout.rows}`;
		// A terminal moves everything when its size changes.
		const begin = sizeNow === size ? '' : forget();
		size = sizeNow;
		const {output, screen: next} = paint(screen, frame.split('\n'), stdout.columns);
		screen = next;
		const whole = begin + output + placed(cursorOf);
		return whole.length > smallFrame ? `\u001B[?2026h${whole}\u001B[?2026l` : whole;
	}

	/** Shows or hides the cursor. */
	function placed(where: CursorOf): string {
		const at = screen === null ? null : where();
		if (screen === null || at === null) {
			return switched(hideCursor);
		}

		const {pen} = screen;
		const isThere = pen.at?.row === at.row && pen.at.column === at.column;
		screen = {...screen, pen: {...pen, at}};
		return `${isThere ? '' : `\u001B[${at.row + 1};${at.column + 1}H`}${switched(showCursor)}`;
	}

	/** Switches only what is different. On another screen, nothing is known. */
	function switched(data: string): string {
		let text = '';
		for (const [mode, way] of modesIn(data)) {
			if (inForce.get(mode) !== way) {
				inForce.set(mode, way);
				text += `${mode === '1049' ? forget() : ''}\u001B[?${mode}${way}`;
			}
		}

		return text;
	}

	/** Forgets everything about the terminal's contents. */
	function forget(): string {
		const reset = change(screen?.pen.style ?? plain, plain);
		screen = null;
		return reset;
	}

	const write = (data: string | Uint8Array, ...rest: never[]): boolean =>
		stdout.write(typeof data === 'string' ? translated(data) : data, ...rest);
	return {
		stream: new Proxy(stdout, {
			get(target, name) {
				if (name === 'write') {
					return write;
				}

				const value: unknown = Reflect.get(target, name, target);
				return typeof value === 'function' ? value.bind(target) : value;
			},
		}),
		take: () => {
			isGivenBack = false;
			stdout.write(switched(taking));
		},
		placeCursor: () => {
			const text = isGivenBack || cursorOf === null ? '' : placed(cursorOf);
			if (text !== '') {
				stdout.write(text);
			}
		},
		giveBack: () => {
			isGivenBack = true;
			stdout.write(switched(givingBack));
		},
	};
}

/** The modes that a text switches: `h` on, `l` off. */
function modesIn(text: string): Map<string, string> {
	return new Map(
		[...text.matchAll(/\u001B\[\?(\d+)([hl])/g)].map(([, mode = '', way = '']) => [mode, way] as const),
	);
}
