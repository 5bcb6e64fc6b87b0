import {paint, type Screen} from './cells.ts';
import {change, plain} from './row.ts';

/** What Ink writes around each frame, so that a terminal shows it at once. */
const frameMarks = /^\u001B\[\?2026[hl]$/;

/** What Ink writes before a frame: it erases the frame before, line by line or down to the end. */
const erasing = /^(?:(?:\u001B\[2K(?:\u001B\[1A\u001B\[2K)*)?\u001B\[G|\u001B\[1;1H\u001B\[J)/;

/** Modes of the terminal, such as a hidden cursor or the alternate screen. */
const modes = /^(?:\u001B\[\?[\d;]+[hl])+$/;

/** The alternate screen, the cursor and the marking of pastes: as a shell leaves them, and as the full screen works. */
const [taking, givingBack] = [
	'\u001B[?1049h\u001B[?25l\u001B[?2004h',
	'\u001B[?2004l\u001B[?25h\u001B[?1049l',
];

const [showCursor, hideCursor] = ['\u001B[?25h', '\u001B[?25l'];

/** Says where the cursor belongs, from 0; `null` where none is shown. */
export type CursorOf = () => {row: number; column: number} | null;

/** A terminal reads so many bytes in one piece, so that no half of a frame is seen; more of them are marked as one frame. */
const smallFrame = 256;

/** A terminal on which frames are painted cell by cell. */
export type PaintedTerminal = {
	/**
	 * The terminal as Ink, or whoever draws before Ink, writes frames to it: whole ones, of lines from the first row on.
	 * Everything about it but `write` is the terminal's own.
	 */
	readonly stream: NodeJS.WriteStream;
	/** Shows the alternate screen, without a cursor, and has pastes marked. */
	take(): void;
	/** Puts the cursor where it belongs, without drawing anything; each frame that is drawn does so, too. */
	placeCursor(): void;
	/** Leaves the terminal as it was, where that has not been done yet. Nothing is drawn from then on, until it is taken again. */
	giveBack(): void;
};

/**
 * Paints on a terminal: of each frame only the cells that changed, and of the modes only those that are not in force
 * already. So Ink takes over what was drawn before it was there, without drawing anything or entering the screen anew.
 * By itself Ink writes each frame whole, or from the first changed cell of each line.
 */
export function paintedTerminal(
	stdout: NodeJS.WriteStream,
	cursorOf: CursorOf = () => null,
): PaintedTerminal {
	return takenTerminal(stdout, cursorOf);
}

/** The same for a screen reader: frames are written as Ink writes them, and only the modes are kept in hand. */
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
		// At an exit from anywhere Ink draws once more, and it may be told of that later than others are.
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
		// A terminal moves everything about when its size changes.
		const begin = sizeNow === size ? '' : forget();
		size = sizeNow;
		const {output, screen: next} = paint(screen, frame.split('\n'), stdout.columns);
		screen = next;
		const whole = begin + output + placed(cursorOf);
		return whole.length > smallFrame ? `\u001B[?2026h${whole}\u001B[?2026l` : whole;
	}

	/** Shows the cursor in its place, or hides it. */
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

	/** Switches what is not so yet. On another screen, nothing is taken for granted. */
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

	/** Takes nothing on the terminal for granted any more. */
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

/** The modes that a text switches, each with its way: `h` on, `l` off. */
function modesIn(text: string): Map<string, string> {
	return new Map(
		[...text.matchAll(/\u001B\[\?(\d+)([hl])/g)].map(([, mode = '', way = '']) => [mode, way] as const),
	);
}
