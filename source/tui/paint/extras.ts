/** What a terminal does beside drawing. */
export type Extras = {
	/** The window's title; `null` for the one that it had. */
	title: string | null;
	/** True where clicks and the wheel are told. */
	mouse: boolean;
};

/** Switches what a terminal does beside drawing. */
export type ExtrasSwitch = {
	/** Switches what is not so yet. */
	show(wanted: Extras): void;
	/** Leaves the terminal as it was. */
	off(): void;
};

/** The terminal's own stack of titles (XTWINOPS): keep the one there is, and put it back. */
const [keepTitle, oldTitle] = ['\u001B[22;2t', '\u001B[23;2t'];

/** Clicks and the wheel (1000), told in the form that has no largest column (1006). */
const [mouseOn, mouseOff] = ['\u001B[?1000h\u001B[?1006h', '\u001B[?1006l\u001B[?1000l'];

/** Switches the title and the mouse of a terminal. @param write writes to it, past everything that is drawn */
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

	// A terminal without such a stack is left without a title, which shells set anew.
	return after === null
		? `\u001B]2;\u001B\\${oldTitle}`
		: `${before === null ? keepTitle : ''}\u001B]2;${after}\u001B\\`;
}

function mouseChange(before: boolean, after: boolean): string {
	return before === after ? '' : after ? mouseOn : mouseOff;
}
