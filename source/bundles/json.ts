import {oneForm} from '../flock/poem.ts';
import {type FieldNames, readFields} from './fields.ts';
import {
	type BundleEntry,
	cannotMerge,
	type Format,
	label,
	type Reading,
	requireOwnPlaces,
	requireValues,
} from './format.ts';
import {fieldsOf, isObject, type JsonObject, jsonText, parseJson, parseJsonForWriting} from './json-text.ts';

/** The version of every element. */
const version = 1;

const names: FieldNames = {
	bot: ['bot'],
	poemFile: ['poem'],
	handle: ['handle'],
	userId: ['userId'],
	consumerKey: ['consumerKey'],
	consumerSecret: ['consumerSecret'],
	accessToken: ['accessToken'],
	accessSecret: ['accessSecret'],
};

/** keymaker's own format: an array with one object per bot, with the field names of `list --json`. */
export const json: Format<'json'> = {
	name: 'json',
	holds: 'many',
	ending: '.json',

	detect(text) {
		const found = parseJson(text);
		return Array.isArray(found) && found.every(element => isObject(element) && 'version' in element);
	},

	read(text, asItIs = false) {
		const reading: Reading = {entries: [], problems: []};
		const found = parseJson(text);
		if (!Array.isArray(found)) {
			reading.problems.push('json: it is not a complete JSON array.');
			return reading;
		}

		for (const [index, element] of found.entries()) {
			readElement(`key ${index + 1}`, element, reading, asItIs);
		}

		return reading;
	},

	write(entries, existing) {
		const elements = existing === null ? [] : parseJsonForWriting(existing);
		if (!Array.isArray(elements)) {
			throw cannotMerge('json', 'it is not a complete JSON array');
		}

		requireOwnPlaces(entries, 'json', entry => JSON.stringify([entry.bot, entry.bot ?? entry.accessToken]));
		for (const entry of entries) {
			requireValues(entry, 'json');
			const index = elements.findIndex(element => isObject(element) && isOf(element, entry));
			const before: unknown = elements[index];
			elements.splice(index < 0 ? elements.length : index, 1, {
				...(isObject(before) ? before : {}),
				...elementFor(entry),
			});
		}

		return jsonText(elements);
	},
};

function readElement(place: string, element: unknown, reading: Reading, asItIs: boolean): void {
	if (!isObject(element)) {
		reading.problems.push(`${place}: it is not an object.`);
		return;
	}

	const name = typeof element.bot === 'string' ? label(element.bot) : place;
	// Numbers are read as their text.
	if (element.version !== String(version)) {
		reading.problems.push(`${name}: its version is not ${version}. A newer keymaker may read it.`);
		return;
	}

	readFields(name, fieldsOf(element), names, reading, asItIs);
}

function isOf(element: JsonObject, entry: BundleEntry): boolean {
	return entry.bot === null
		? element.bot === null && element.accessToken === entry.accessToken
		: typeof element.bot === 'string' && oneForm(element.bot) === oneForm(entry.bot);
}

function elementFor(entry: BundleEntry) {
	const {bot, poemFile, handle, userId, consumerKey, consumerSecret, accessToken, accessSecret} = entry;
	return {
		version,
		bot,
		poem: poemFile,
		handle,
		userId,
		consumerKey,
		consumerSecret,
		accessToken,
		accessSecret,
	};
}
