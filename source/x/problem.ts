/** What a refusal says, whatever form it has. */
export type Problem = {
	codes: number[];
	/** What X says to people; `null` where it says nothing. */
	message: string | null;
	/** All that may tell one refusal from another. */
	words: string;
};

/** Reads the body of a refusal: JSON, a v2 problem document, XML, plain text, a page or nothing. */
export function readProblem(text: string): Problem {
	if (text.trim() === '' || isPage(text)) {
		return {codes: [], message: null, words: ''};
	}

	const json = parseJson(text);
	if (isRecord(json)) {
		return readJsonProblem(json);
	}

	if (text.trimStart().startsWith('<')) {
		const codes = [...text.matchAll(/<error\s+code="(\d{1,6})"/g)].map(([, code]) => Number(code));
		const message = /<error[^>]*>([^<]+)</.exec(text)?.[1]?.trim() || null;
		return {codes, message, words: message ?? ''};
	}

	return {codes: [], message: text, words: text};
}

function readJsonProblem(json: Record<string, unknown>): Problem {
	const {errors = json.error} = json;
	const parts: Record<string, unknown>[] = [
		...(Array.isArray(errors) ? errors : [errors]).map(error => (isRecord(error) ? error : {message: error})),
		json,
	];
	const texts = (field: string) => parts.map(part => part[field]).filter(text => typeof text === 'string');
	return {
		codes: parts.map(part => part.code).filter(code => typeof code === 'number'),
		message: texts('message')[0] ?? texts('detail')[0] ?? texts('title')[0] ?? null,
		words: ['message', 'detail', 'title', 'type', 'reason'].flatMap(texts).join('\n'),
	};
}

/** True for a web page, whatever its content type says. */
export function isPage(text: string): boolean {
	return /^\s*(<!--[\s\S]{0,2000}?-->\s*)?<(!doctype\s+html|html|head|body)\b/i.test(text);
}

/** Parses JSON; `null` where it is none. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

/** True for anything that has fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
