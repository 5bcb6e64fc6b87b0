import {nameCredentials} from '../flock/near-name.ts';
import {type FieldNames, readFields} from './fields.ts';
import {
	type BundleEntry,
	cannotMerge,
	type Format,
	onlyEntry,
	type Reading,
	requireValues,
} from './format.ts';
import {fieldsOf, isObject, jsonText, parseJson, parseJsonForWriting} from './json-text.ts';

const names: FieldNames = {
	consumerKey: ['consumer_token'],
	consumerSecret: ['consumer_token_secret'],
	accessToken: ['oauth_token'],
	accessSecret: ['oauth_token_secret'],
	userId: ['user_id'],
	handle: ['screen_name'],
	poemFile: ['poem_file', 'file'],
	// The file's name, because the fields are named like those of the tools that read it.
	bot: [],
};

/**
 * The key bundle of 2014: one JSON file per bot, named after the bot. It has both `poem_file` and `file`,
 * which *rainbow-mind-machine* uses.
 */
export const bundle: Format<'bundle'> = {
	name: 'bundle',
	holds: 'one',
	ending: '.json',

	detect(text) {
		const found = parseJson(text);
		if (!isObject(found)) {
			return false;
		}

		// An older xurl's file uses names like these for whole objects.
		const fields = Object.entries(found).filter(([, value]) => !isObject(value));
		return nameCredentials(fields.map(([name]) => name));
	},

	read(text, asItIs = false) {
		const reading: Reading = {entries: [], problems: []};
		const found = parseJson(text);
		if (isObject(found)) {
			readFields('bundle', fieldsOf(found), names, reading, asItIs);
		} else {
			reading.problems.push('bundle: it is not a complete JSON object.');
		}

		return reading;
	},

	write(entries, existing) {
		const entry = onlyEntry(entries, 'bundle');
		requireValues(entry, 'bundle');
		const before = existing === null ? {} : parseJsonForWriting(existing);
		if (!isObject(before)) {
			throw cannotMerge('bundle', 'it is not a complete JSON object');
		}

		const fields = Object.entries(fieldsFor(entry)).filter(
			([name, value]) => value !== null || !(name in before),
		);
		return jsonText({...before, ...Object.fromEntries(fields)});
	},
};

function fieldsFor(entry: BundleEntry) {
	return {
		consumer_token: entry.consumerKey,
		consumer_token_secret: entry.consumerSecret,
		oauth_token: entry.accessToken,
		oauth_token_secret: entry.accessSecret,
		user_id: entry.userId,
		screen_name: entry.handle,
		poem_file: entry.poemFile,
		file: entry.poemFile,
	};
}
