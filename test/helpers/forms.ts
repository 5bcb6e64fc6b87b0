/** The forms in which a text may stand in bytes: as it is, in two bytes a letter, for an address, in hexadecimal, and within base64 wherever it begins. */
export function formsOf(text: string): Buffer[] {
	const bytes = Buffer.from(text);
	const hex = bytes.toString('hex');
	const texts = [encodeURIComponent(text), JSON.stringify(text).slice(1, -1), hex, hex.toUpperCase()];
	for (const before of [0, 1, 2]) {
		// What hangs on the bytes before and after it is left out.
		const whole = Buffer.concat([Buffer.alloc(before), bytes])
			.toString('base64')
			.replace(/=+$/, '');
		const from = Math.ceil((before * 8) / 6);
		const to = Math.floor(((before + bytes.length) * 8) / 6);
		const part = whole.slice(from, to);
		texts.push(part, part.replaceAll('+', '-').replaceAll('/', '_'));
	}

	const forms = [bytes, Buffer.from(text, 'utf16le'), ...texts.map(one => Buffer.from(one))];
	return [...new Map(forms.map(form => [form.toString('latin1'), form])).values()];
}

/** Which of some texts stand in bytes, in whatever form. */
export function foundIn(bytes: Buffer, texts: Iterable<string>): string[] {
	return [...texts].filter(text => formsOf(text).some(form => bytes.includes(form)));
}
