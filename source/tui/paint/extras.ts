/** What a terminal does besides drawing. */
export type Extras = {
	/** The window's title; `null` for the earlier one. */
	title: string | null;
	/** True to report clicks and the wheel. */
	mouse: boolean;
};

/** Switches what a terminal does besides drawing. */
export type ExtrasSwitch = {
	/** Switches only what is different. */
	show(wanted: Extras): void;
	/** Restores the terminal. */
	off(): void;
};

/** The terminal's stack of titles (XTWINOPS): save the current one, and restore it. */
const [keepTitle, oldTitle] = ['\u001B[22;2t', '\u001B[23;2t'];

/** Clicks and the wheel (1000), in the form without a largest column (1006). */
const [mouseOn, mouseOff] = ['\u001B[?1000h\u001B[?1006h', '\u001B[?1006l\u001B[?1000l'];

/** Switches a terminal's title and mouse. @param write writes to it, around everything that is drawn */
export function extrasSwitch(write: (text: string) => void): ExtrasSwitch {
	const nothing: Extras = {title: null, mouse: false};
	let now = nothing;

	function show(wanted: Extras): void {
		const text = titleChange(now.title, wanted.title) + mouseChange(now.mouse, wanted.mouse);
		now = wanted;
		if (text !== '') {
			write(text);
		}
	}

	return {show, off: () => show(nothing)};
}

function titleChange(before: string | null, after: string | null): string {
	if (before === after) {
		return '';
	}

	// A terminal without such a stack is left without a title, which shells set again.
	return after === null
		? `\u001B]2;\u001B\\${oldTitle}`
		: `${before === null ? keepTitle : ''}\u001B]2;${after}\u001B\\`;
}

function mouseChange(before: boolean, after: boolean): string {
	return before === after ? '' : after ? mouseOn : mouseOff;
}
