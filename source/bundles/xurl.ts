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
	accessToken: ['access_token'],
	accessSecret: ['token_secret'],
	// The name of xurl's "app", added to the token.
	bot: ['[app]'],
	// xurl ignores unknown fields. An import finds the account and the poem by these.
	userId: ['user_id'],
	handle: ['screen_name'],
	poemFile: ['poem_file'],
};

/**
 * `~/.xurl/auth.yml`. It holds one OAuth 1 token per app, so every bot is an "app" with the bot's name. It
 * also reads an older xurl's `~/.xurl`, from before apps: JSON with one OAuth 1 token.
 */
export const xurl: Format<'xurl'> = {
	name: 'xurl',
	holds: 'many',
	ending: '.yml',

	detect(text) {
		if (!(text.includes('apps') || olderParts.some(part => text.includes(part)))) {
			return false;
		}

		const yaml = parseYaml(text);
		return isYamlMap(yaml, valueAt(yaml, yaml.root, 'apps')) || isOlder(yaml);
	},

	read(text, asItIs = false) {
		const yaml = parseYaml(text);
		const reading: Reading = {entries: [], problems: yaml.problems.map(problem => `xurl: ${problem}.`)};
		if (isOlder(yaml)) {
			readToken('xurl', yaml, valueAt(yaml, yaml.root, 'oauth1_tokens'), null, reading, asItIs);
		}

		for (const [app, value] of entriesOf(yaml, valueAt(yaml, yaml.root, 'apps'))) {
			readToken(app, yaml, valueAt(yaml, value, 'oauth1_token'), app, reading, asItIs);
		}

		return reading;
	},

	write(entries, existing) {
		const yaml = openYaml(existing, 'xurl');
		if (isOlder(yaml)) {
			throw cannotMerge('xurl', 'an older xurl wrote it, for one account');
		}

		const apps = childMap(yaml.root, 'apps', 'xurl');
		requireOwnPlaces(entries, 'xurl', appOf);
		for (const entry of entries) {
			requireValues(entry, 'xurl');
			const name = appOf(entry);
			const isNew = !apps.has(name);
			const app = childMap(apps, name, 'xurl');
			if (isNew) {
				setTexts(app, {client_id: '', client_secret: ''});
			}

			const token = childMap(app, 'oauth1_token', 'xurl');
			setTexts(token, {type: 'oauth1'});
			setTexts(childMap(token, 'oauth1', 'xurl'), {
				access_token: entry.accessToken,
				token_secret: entry.accessSecret,
				consumer_key: entry.consumerKey,
				consumer_secret: entry.consumerSecret,
				user_id: entry.userId,
				screen_name: entry.handle,
				poem_file: entry.poemFile,
			});
		}

		const [first] = entries;
		if (first !== undefined && !yaml.root.has('default_app')) {
			setChild(yaml.root, 'default_app', quoted(appOf(first)));
		}

		return yamlText(yaml, 'xurl');
	},
};

/** The top level of an older xurl's file. */
const olderParts = ['oauth1_tokens', 'oauth2_tokens'];

function isOlder(yaml: YamlText): boolean {
	return olderParts.some(part => isYamlMap(yaml, valueAt(yaml, yaml.root, part)));
}

/** Reads an OAuth 1 token. @param app the bot's name; `null` if the file has none. */
function readToken(
	name: string,
	yaml: YamlText,
	token: unknown,
	app: string | null,
	reading: Reading,
	asItIs: boolean,
): void {
	if (token === undefined) {
		reading.problems.push(`${label(name)}: it has no OAuth 1 token.`);
		return;
	}

	const fields = yamlFields(yaml, valueAt(yaml, token, 'oauth1'));
	readFields(name, app === null ? fields : fields.set('[app]', app), names, reading, asItIs);
}

function appOf(entry: BundleEntry): string {
	return entry.bot ?? entry.handle ?? entry.userId ?? 'unknown';
}
