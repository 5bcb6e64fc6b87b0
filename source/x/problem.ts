import {readXmlErrors} from './xml.ts';

/** What a refusal says, in any form. */
export type Problem = {
	/** X's numbers. */
	codes: number[];
	/** X's names of problems: the last part of a problem document's type, and its reason. */
	names: string[];
	/** What X says to people; `null` if it says nothing. */
	message: string | null;
	/** Everything that can tell one refusal from another. */
	words: string;
};

/** Reads a refusal's body: JSON, a v2 problem document, XML, plain text, a page or nothing. */
export function readProblem(text: string): Problem {
	if (text.trim() === '' || isPage(text)) {
		return {codes: [], names: [], message: null, words: ''};
	}

	const json = parseJson(text);
	if (isRecord(json)) {
		return readJsonProblem(json);
	}

	if (/^\s*</.test(text)) {
		const errors = readXmlErrors(text);
		const messages = errors.flatMap(({message}) => message ?? []);
		return {
			codes: errors.flatMap(({code}) => readCode(code)),
			names: [],
			message: messages[0] ?? null,
			words: messages.join('\n'),
		};
	}

	return {codes: [], names: [], message: text, words: text};
}

function readJsonProblem(json: Record<string, unknown>): Problem {
	const {errors = json.error} = json;
	const parts: Record<string, unknown>[] = [
		...(Array.isArray(errors) ? errors : [errors]).map(error => (isRecord(error) ? error : {message: error})),
		json,
	];
	const texts = (field: string) => parts.map(part => part[field]).filter(text => typeof text === 'string');
	return {
		codes: parts.flatMap(part => readCode(part.code)),
		names: [...texts('type').map(type => typeName.exec(type)?.[1]), ...texts('reason')].filter(
			name => name !== undefined,
		),
		message: texts('message')[0] ?? texts('detail')[0] ?? texts('title')[0] ?? null,
		words: ['message', 'detail', 'title'].flatMap(texts).join('\n'),
	};
}

/** X has its problems at api.twitter.com and api.x.com; the name tells them apart. */
const typeName = /^https:\/\/[\w.]{1,60}\/(?:labs\/)?\d\/problems\/([a-z\d-]{1,60})$/;

function readCode(code: unknown): number[] {
	return typeof code === 'number' || (typeof code === 'string' && /^\s*\d{1,6}\s*$/.test(code))
		? [Number(code)]
		: [];
}

/** True for a web page, whatever its content type. */
export function isPage(text: string): boolean {
	return /^\s*(<\?xml[^>]{0,200}>\s*)?(<!--[\s\S]{0,2000}?-->\s*)?<(!doctype\s+html|html|head|body)\b/i.test(
		text,
	);
}

/** Parses JSON; `null` if it is invalid. */
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
