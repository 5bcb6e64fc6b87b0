import {paint, type Screen} from './paint.ts';
import {change, plain} from './row.ts';

/** What Ink writes around each frame, so that a terminal shows it at once. */
const frameMarks = /^\u001B\[\?2026[hl]$/;

/** What Ink writes before a frame: it erases the frame before, line by line or down to the end. */
const erasing = /^(?:(?:\u001B\[2K(?:\u001B\[1A\u001B\[2K)*)?\u001B\[G|\u001B\[1;1H\u001B\[J)/;

/** Modes of the terminal, such as a hidden cursor or the alternate screen. */
const modes = /^(?:\u001B\[\?[\d;]+[hl])+$/;

/** A terminal reads so many bytes in one piece, so that no half of a frame is seen; more of them are marked as one frame. */
const smallFrame = 256;

/**
 * A terminal on which frames are painted cell by cell. Ink writes each frame whole, or from the first changed cell of each
 * line: 203 bytes for an arrow key at 80×24, and 2,700 at 200×60; of the cells that changed it is 44, and 600.
 * Everything else that is written, and everything else about the terminal, is its own.
 */
export function paintedTerminal(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
	let screen: Screen | null = null;
	let size = '';

	/** What to write for one of Ink's writes. */
	function translated(data: string): string {
		if (data === '' || frameMarks.test(data)) {
			return '';
		}

		if (modes.test(data)) {
			return data.includes('?1049') ? forget() + data : data;
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
		const whole = begin + output;
		return whole.length > smallFrame ? `\u001B[?2026h${whole}\u001B[?2026l` : whole;
	}

	/** Takes nothing on the terminal for granted any more. */
	function forget(): string {
		const reset = change(screen?.pen.style ?? plain, plain);
		screen = null;
		return reset;
	}

	const write = (data: string | Uint8Array, ...rest: never[]): boolean =>
		stdout.write(typeof data === 'string' ? translated(data) : data, ...rest);
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
