/** A terminal's input, split into tokens. Its answers to questions are sequences, or nothing if they are strings. */
export type Token =
	/** Characters, tabs and line ends from one read. */
	| {type: 'text'; text: string}
	/** Any other control character. */
	| {type: 'control'; character: string}
	/** The Escape key. */
	| {type: 'escape'}
	/** A character with Alt. */
	| {type: 'alt'; character: string}
	/** A CSI or SS3 sequence without its escape: `[1;5A`, `OA`. `afterEscape`: with another escape before it. */
	| {type: 'sequence'; text: string; afterEscape: boolean}
	/** A whole bracketed paste. */
	| {type: 'paste'; text: string};

/**
 * What has begun, and how long its rest can take. `key` can be a key itself, so the person waits for it;
 * `report` is nothing that a person types.
 */
export type Waiting = 'nothing' | 'key' | 'report';

const [bell, esc, interrupt, terminator] = [0x07, 0x1b, 0x03, 0x9c];
const pasteEnd = '\u001B[201~';

/** The beginning of a paste's end that did not arrive in time. */
const halfPasteEnd = /\u001B(?:\[(?:2(?:0(?:1)?)?)?)?$/;

/** DCS, SOS, OSC, PM and APC: strings up to ST, in which terminals talk to programs. */
const stringBeginnings = /^[PX\]^_]$/;

/** A longer sequence means nothing; characters. */
const longestSequence = 64;

/**
 * Splits a terminal's input by the table of ECMA-48, with common extensions: bracketed pastes, X10's mouse,
 * the Linux console's second bracket, BEL at a string's end. Bytes can be split anywhere without changing the
 * result, except that characters from one read stay together. A control character is a key anywhere, and ends
 * the current sequence. Invalid UTF-8 is left out.
 */
export class Tokenizer {
	#state: 'ground' | 'escape' | 'csi' | 'ss3' | 'mouse' | 'string' | 'string-escape' | 'paste' = 'ground';
	#tokens: Token[] = [];
	/** Characters of this read that are in no token yet. */
	#text = '';
	/** The current sequence, string or paste, without escapes before it. */
	#held = '';
	/** How many escapes precede it: one or two. */
	#escapes = 1;
	#mouseBytes = 0;
	/** A character's bytes so far: its value, the smallest allowed value, and how many bytes are missing. */
	#point = 0;
	#least = 0;
	#bytesLeft = 0;

	/** The tokens of a read. */
	push(bytes: Uint8Array): Token[] {
		for (const byte of bytes) {
			this.#byte(byte);
		}

		return this.#taken();
	}

	/** What the missing rest belongs to. */
	get waiting(): Waiting {
		switch (this.#state) {
			case 'ground':
				return 'nothing';
			case 'escape':
			case 'ss3':
				return 'key';
			case 'csi':
				return /^\[[<-?]/.test(this.#held) ? 'report' : 'key';
			case 'string':
				// Alt with one of their letters also begins a string.
				return this.#held === '' ? 'key' : 'report';
			default:
				return 'report';
		}
	}

	/** The rest did not come: a lone Escape was the key, a paste ends, and half of anything else is nothing. */
	giveUp(): Token[] {
		if (this.#state === 'escape') {
			this.#escapeKeys(this.#escapes);
		} else if (this.#state === 'paste') {
			this.#pasted(this.#held.replace(halfPasteEnd, ''));
		}

		this.#state = 'ground';
		return this.#taken();
	}

	#byte(byte: number): void {
		if (this.#state === 'mouse' && byte >= 0x20) {
			this.#mouseBytes -= 1;
			this.#state = this.#mouseBytes === 0 ? 'ground' : 'mouse';
		} else if (byte < 0x80) {
			this.#bytesLeft = 0;
			this.#step(byte);
		} else if (byte < 0xc0) {
			this.#continue(byte & 0x3f);
		} else {
			this.#bytesLeft = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf8 ? 3 : 0;
			this.#point = byte & (0x3f >> this.#bytesLeft);
			this.#least = [0, 0x80, 0x800, 0x10000][this.#bytesLeft] ?? 0;
		}
	}

	#continue(bits: number): void {
		if (this.#bytesLeft === 0) {
			return;
		}

		this.#point = (this.#point << 6) | bits;
		this.#bytesLeft -= 1;
		const isSurrogate = this.#point >= 0xd800 && this.#point < 0xe000;
		if (this.#bytesLeft === 0 && this.#point >= this.#least && this.#point <= 0x10ffff && !isSurrogate) {
			this.#step(this.#point);
		}
	}

	#step(point: number): void {
		switch (this.#state) {
			case 'paste':
				this.#paste(point);
				break;
			case 'string':
				this.#string(point);
				break;
			case 'string-escape':
				this.#afterString(point);
				break;
			case 'ground':
				this.#plain(point);
				break;
			default:
				this.#inSequence(point);
		}
	}

	#inSequence(point: number): void {
		const isAfterEscape = this.#state === 'escape';
		if (point === esc) {
			this.#escape();
		} else if (point < 0x20 || isC1(point) || (point >= 0x7f && !isAfterEscape)) {
			// Before another control character the last one can be Alt.
			this.#escapeKeys(isAfterEscape ? this.#escapes - (isC1(point) ? 0 : 1) : 0);
			this.#ground();
			this.#plain(point);
		} else if (isAfterEscape) {
			this.#afterEscape(String.fromCodePoint(point));
		} else {
			this.#sequence(String.fromCodePoint(point));
		}
	}

	#plain(point: number): void {
		const character = String.fromCodePoint(point);
		if (point === esc) {
			this.#begin();
		} else if (isC1(point)) {
			this.#begin(point - 0x40);
		} else if ((point < 0x20 && !/[\t\r\n]/.test(character)) || point === 0x7f) {
			this.#emit({type: 'control', character});
		} else {
			this.#text += character;
		}
	}

	/** An escape, and what follows it. */
	#begin(next?: number): void {
		this.#state = 'escape';
		this.#escapes = 1;
		if (next !== undefined) {
			this.#step(next);
		}
	}

	/**
	 * An escape inside a sequence begins another one. Directly after an escape it can be a second one before a
	 * sequence.
	 */
	#escape(): void {
		if (this.#state !== 'escape') {
			this.#begin();
		} else if (this.#escapes === 2) {
			this.#escapeKeys(1);
		} else {
			this.#escapes = 2;
		}
	}

	#afterEscape(character: string): void {
		this.#held = character;
		if (character === '[' || character === 'O') {
			this.#state = character === '[' ? 'csi' : 'ss3';
			return;
		}

		this.#escapeKeys(this.#escapes - 1);
		if (stringBeginnings.test(character)) {
			this.#state = 'string';
			this.#held = '';
			return;
		}

		this.#ground();
		this.#emit({type: 'alt', character});
	}

	#sequence(character: string): void {
		const before = this.#held;
		if (before.length < longestSequence) {
			this.#held += character;
		}

		if (before === '[' && character === 'M') {
			this.#escapeKeys(this.#escapes - 1);
			this.#state = 'mouse';
			this.#mouseBytes = 3;
		} else if (before === '[' && character === '[') {
			// The Linux console's function keys have one more character.
		} else if (character >= '@' || (character === '$' && /^\[\d+$/.test(before))) {
			// rxvt ends keys with shift in `$`, which by the table is not an end.
			this.#ended(`${before}${character}`);
		} else if (this.#state === 'ss3' && !/[\d;]/.test(character)) {
			this.#ground();
			this.#text += character;
		}
	}

	#ended(text: string): void {
		const afterEscape = this.#escapes === 2;
		this.#ground();
		if (text === '[200~') {
			this.#escapeKeys(afterEscape ? 1 : 0);
			this.#state = 'paste';
			this.#held = '';
		} else {
			this.#emit({type: 'sequence', text, afterEscape});
		}
	}

	#string(point: number): void {
		if (point === bell || point === terminator) {
			this.#ground();
		} else if (point === esc) {
			this.#state = 'string-escape';
		} else if (point < 0x20 || isC1(point)) {
			this.#ground();
			this.#plain(point);
		} else {
			this.#held = 'some';
		}
	}

	/** An escape has ended the string; with a backslash it was ST. */
	#afterString(point: number): void {
		if (point === 0x5c) {
			this.#ground();
		} else {
			this.#begin(point);
		}
	}

	#paste(point: number): void {
		if (point === interrupt) {
			this.#pasted(this.#held);
			this.#plain(point);
			return;
		}

		this.#held += String.fromCodePoint(point);
		if (point === 0x7e && this.#held.endsWith(pasteEnd)) {
			this.#pasted(this.#held.slice(0, -pasteEnd.length));
		}
	}

	#pasted(text: string): void {
		this.#ground();
		this.#emit({type: 'paste', text});
	}

	#ground(): void {
		this.#state = 'ground';
	}

	#escapeKeys(count: number): void {
		for (let left = count; left > 0; left--) {
			this.#emit({type: 'escape'});
		}
	}

	#emit(token: Token): void {
		this.#flush();
		this.#tokens.push(token);
	}

	#flush(): void {
		if (this.#text !== '') {
			this.#tokens.push({type: 'text', text: this.#text});
			this.#text = '';
		}
	}

	#taken(): Token[] {
		this.#flush();
		const tokens = this.#tokens;
		this.#tokens = [];
		return tokens;
	}
}

/** True for a control character of the second half, which means an escape and a letter. */
function isC1(point: number): boolean {
	return point >= 0x80 && point < 0xa0;
}
