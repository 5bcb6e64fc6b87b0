import {isSeq, type YAMLMap, YAMLSeq} from 'yaml';
import {type FieldNames, readFields} from './fields.ts';
import {
	type BundleEntry,
	type Format,
	label,
	type Reading,
	requireOwnPlaces,
	requireValues,
} from './format.ts';
import {
	childMap,
	entriesOf,
	isYamlMap,
	openYaml,
	parseYaml,
	quoted,
	setChild,
	setTexts,
	valueAt,
	type YamlText,
	yamlFields,
	yamlText,
} from './yaml-text.ts';

const names: FieldNames = {
	consumerKey: ['consumer_key'],
	consumerSecret: ['consumer_secret'],
	accessToken: ['token'],
	accessSecret: ['secret'],
	handle: ['username'],
	userId: ['user_id'],
	// Neither tool knows these two fields and both ignore them. An import finds the bot by them.
	bot: ['bot'],
	poemFile: ['poem_file'],
};

/** `~/.twurlrc`: the credentials of each account and app. */
export const twurl: Format<'twurl'> = profiles('twurl');

/** *t*'s `~/.trc`, which has the same form, like its successor's `~/.xrc`. */
export const t: Format<'t'> = profiles('t');

function profiles<Name extends 'twurl' | 't'>(name: Name): Format<Name> {
	return {
		name,
		holds: 'many',
		ending: '.yml',

		detect(text, fileName) {
			if (!text.includes('profiles')) {
				return false;
			}

			const yaml = parseYaml(text);
			if (!isYamlMap(yaml, valueAt(yaml, yaml.root, 'profiles'))) {
				return false;
			}

			// Only the file's name and these two parts, which t lacks, tell them apart.
			const isTwurl = /twurl/i.test(fileName) || hasAny(yaml, ['aliases', 'bearer_tokens']);
			return name === 'twurl' ? !/[.](?:trc|xrc)$/i.test(fileName) : !isTwurl;
		},

		read(text, asItIs = false) {
			const yaml = parseYaml(text);
			const reading: Reading = {entries: [], problems: yaml.problems.map(problem => `${name}: ${problem}.`)};
			for (const [user, apps] of entriesOf(yaml, valueAt(yaml, yaml.root, 'profiles'))) {
				if (!isYamlMap(yaml, apps)) {
					reading.problems.push(`${label(user)}: it has no credentials.`);
				}

				for (const [, credentials] of entriesOf(yaml, apps)) {
					readFields(user, yamlFields(yaml, credentials), names, reading, asItIs);
				}
			}

			return reading;
		},

		write(entries, existing) {
			const yaml = openYaml(existing, name);
			const all = childMap(yaml.root, 'profiles', name);
			// An account has one place per app.
			requireOwnPlaces(entries, name, entry => JSON.stringify([userOf(entry), entry.consumerKey]));
			for (const entry of entries) {
				requireValues(entry, name);
				setTexts(childMap(childMap(all, userOf(entry), name), entry.consumerKey, name), {
					username: userOf(entry),
					consumer_key: entry.consumerKey,
					consumer_secret: entry.consumerSecret,
					token: entry.accessToken,
					secret: entry.accessSecret,
					user_id: entry.userId,
					bot: entry.bot,
					poem_file: entry.poemFile,
				});
			}

			setDefault(yaml.root, entries[0], name);
			return yamlText(yaml, name);
		},
	};
}

function hasAny(yaml: YamlText, parts: readonly string[]): boolean {
	return parts.some(part => valueAt(yaml, yaml.root, part) !== undefined);
}

/** The account's name in the tool's commands. */
function userOf(entry: BundleEntry): string {
	return entry.handle ?? entry.userId ?? entry.bot ?? 'unknown';
}

function setDefault(root: YAMLMap, entry: BundleEntry | undefined, format: string): void {
	const configuration = childMap(root, 'configuration', format);
	if (entry !== undefined && !isSeq(configuration.get('default_profile'))) {
		const profile = new YAMLSeq();
		profile.items.push(quoted(userOf(entry)), quoted(entry.consumerKey));
		setChild(configuration, 'default_profile', profile);
	}
}
