/** One `<error>` of an answer in XML. */
export type XmlError = {
	/** Its attribute or element `code`; `null` if it has none. */
	code: string | null;
	/** Its text on one line; `null` if it has none. */
	message: string | null;
};

/**
 * Every `<error>` of an answer in XML, however it is split into lines. Understands namespaces, attributes in
 * any order, entities, CDATA and comments. From malformed or cut XML it returns what comes before. Reads each
 * character a fixed number of times. A library would be used only for this one element.
 */
export function readXmlErrors(text: string): XmlError[] {
	const errors: Map<string, string>[] = [];
	/** The current error's attributes and elements; its own text is `error`. */
	let fields: Map<string, string> | null = null;
	let field = 'error';
	for (const {tag, words} of piecesOf(text)) {
		const name = localName(tag);
		const isEnd = tag.startsWith('/');
		const isEmpty = tag.endsWith('/');
		if (tag === '') {
			fields?.set(field, (fields.get(field) ?? '') + words);
		} else if (name === 'error') {
			const started: Map<string, string> | null = isEnd ? null : attributesOf(tag);
			started?.delete(name);
			errors.push(...(started === null ? [] : [started]));
			fields = isEmpty ? null : started;
			field = name;
		} else {
			field = isEnd || isEmpty ? 'error' : name;
			fields?.delete(isEnd ? '' : name);
		}
	}

	return errors.map(errorOf);
}

/** The contents of `<` and `>`, or the words outside; one of them is empty. */
type Piece = {tag: string; words: string};

/** Splits XML into tags and words, without comments, instructions and declarations. */
function* piecesOf(text: string): Generator<Piece> {
	for (let at = 0; at < text.length; ) {
		const start = indexOr(text, '<', at, text.length);
		yield {tag: '', words: decode(text.slice(at, start))};
		if (text.startsWith('<!--', start)) {
			at = indexOr(text, '-->', start + 4, text.length) + 3;
		} else if (text.startsWith('<![CDATA[', start)) {
			const end = indexOr(text, ']]>', start + 9, text.length);
			yield {tag: '', words: text.slice(start + 9, end)};
			at = end + 3;
		} else {
			const end = tagEnd(text, start + 1);
			if (/^[^!?]/.test(text.slice(start + 1, start + 2))) {
				yield {tag: text.slice(start + 1, end), words: ''};
			}

			at = end + 1;
		}
	}
}

function errorOf(fields: ReadonlyMap<string, string>): XmlError {
	const read = (name: string) => fields.get(name)?.replace(/\s+/g, ' ').trim() || null;
	return {code: read('code'), message: read('message') ?? read('error')};
}

/** Where a tag ends; a `>` inside quotes does not end it. */
function tagEnd(text: string, from: number): number {
	let quote = '';
	for (let at = from; at < text.length; at++) {
		const character = text[at] as string;
		if (quote !== '') {
			quote = character === quote ? '' : quote;
		} else if (character === '"' || character === "'") {
			quote = character;
		} else if (character === '>') {
			return at;
		}
	}

	return text.length;
}

/** A tag's name in lower case, without its namespace. */
function localName(tag: string): string {
	const [name = ''] = /^\/?[^\s/]+/.exec(tag) ?? [];
	return name.slice(Math.max(name.indexOf(':'), name.indexOf('/')) + 1).toLowerCase();
}

/** A tag's attributes by name, in lower case and without namespaces. */
function attributesOf(tag: string): Map<string, string> {
	const attributes = new Map<string, string>();
	for (let at = 0; ; ) {
		const equals = tag.indexOf('=', at);
		if (equals < 0) {
			return attributes;
		}

		const name = localName(tag.slice(at, equals).trim().split(/\s+/).at(-1) ?? '');
		let start = equals + 1;
		while (/\s/.test(tag[start] ?? '')) {
			start++;
		}

		const quote = tag[start] === '"' || tag[start] === "'" ? (tag[start] as string) : '';
		start += quote.length;
		const end =
			quote === '' ? start + tag.slice(start).search(/[\s/]|$/) : indexOr(tag, quote, start, tag.length);
		attributes.set(name, decode(tag.slice(start, end)));
		at = end + 1;
	}
}

const named: Readonly<Record<string, string>> = {lt: '<', gt: '>', amp: '&', quot: '"', apos: "'"};

function decode(text: string): string {
	return text.replace(
		/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(lt|gt|amp|quot|apos));/gi,
		(whole, decimal, hex, name) => {
			if (name !== undefined) {
				return named[String(name).toLowerCase()] ?? whole;
			}

			const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
			return point <= 0x10_ffff ? String.fromCodePoint(point) : whole;
		},
	);
}

function indexOr(text: string, part: string, from: number, otherwise: number): number {
	const index = text.indexOf(part, from);
	return index < 0 ? otherwise : index;
}
