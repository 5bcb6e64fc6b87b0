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
	yamlFields,
	yamlText,
} from './yaml-text.ts';

const names: FieldNames = {
	consumerKey: ['consumer_key'],
	consumerSecret: ['consumer_secret'],
	accessToken: ['access_token'],
	accessSecret: ['token_secret'],
	// The name of xurl's "app", put beside the token.
	bot: ['[app]'],
	// xurl passes over what it does not know; an import finds the account and the poem by these.
	userId: ['user_id'],
	handle: ['screen_name'],
	poemFile: ['poem_file'],
};

/** `~/.xurl/auth.yml`. It holds one OAuth 1 token for each app, so every bot is an "app" of the bot's name. */
export const xurl: Format = {
	name: 'xurl',
	holds: 'many',
	ending: '.yml',

	detect(text) {
		if (!text.includes('apps')) {
			return false;
		}

		const yaml = parseYaml(text);
		return isYamlMap(yaml, valueAt(yaml, yaml.root, 'apps'));
	},

	read(text) {
		const yaml = parseYaml(text);
		const reading: Reading = {entries: [], problems: yaml.problems.map(problem => `xurl: ${problem}.`)};
		for (const [app, value] of entriesOf(yaml, valueAt(yaml, yaml.root, 'apps'))) {
			const token = valueAt(yaml, value, 'oauth1_token');
			if (token === undefined) {
				reading.problems.push(`${label(app)}: it has no OAuth 1 token.`);
				continue;
			}

			const fields = yamlFields(yaml, valueAt(yaml, token, 'oauth1'));
			readFields(app, fields.set('[app]', app), names, reading);
		}

		return reading;
	},

	write(entries, existing) {
		const yaml = openYaml(existing, 'xurl');
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

function appOf(entry: BundleEntry): string {
	return entry.bot ?? entry.handle ?? entry.userId ?? 'unknown';
}
