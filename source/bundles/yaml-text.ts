import {
	type Document,
	isAlias,
	isMap,
	isScalar,
	LineCounter,
	type Node,
	Pair,
	parseDocument,
	Scalar,
	visit,
	YAMLMap,
} from 'yaml';
import {cannotMerge, type Value} from './format.ts';

/** A YAML file, as far as it can be read. */
export type YamlText = {
	/** The top-level mapping; empty if there is none. */
	root: YAMLMap;
	document: Document;
	/** What aliases refer to; `null` for a name given twice. */
	anchors: ReadonlyMap<string, Node | null>;
	/** The problem with the YAML itself. The parser's own messages would quote the text, secrets included. */
	problems: string[];
	/** How many more entries to read: a few lines of text can refer to one large mapping many times. */
	looks: {left: number};
};

/** The most entries to read in one file, including aliases: the keys of 10,000 bots have 150,000. */
const mostLooks = 400_000;

/**
 * Parses YAML so that every value is exactly its text: `0123`, `~` and `yes` are not numbers, nulls or
 * booleans here, and are written back unchanged. Comments stay, too.
 */
export function parseYaml(text: string): YamlText {
	try {
		return parseParts(text);
	} catch {
		// A thousand levels of nesting use up the stack.
		return {...parseParts(''), problems: ['it is nested too deeply']};
	}
}

function parseParts(text: string): YamlText {
	const lines = new LineCounter();
	const document = parseDocument(text, {
		schema: 'failsafe',
		prettyErrors: false,
		// The library compares every pair of names in a mapping, which takes seconds for a large flock.
		uniqueKeys: false,
		lineCounter: lines,
	}) as unknown as Document;
	const problems = document.errors.map(
		error => `line ${lines.linePos(error.pos[0]).line} is not valid YAML (${error.code})`,
	);
	const root = document.contents;
	return {
		root: isMap(root) ? root : new YAMLMap(),
		document,
		anchors: anchorsOf(document),
		problems,
		looks: {left: mostLooks},
	};
}

/** A document to add to: the existing one, or a new one. */
export function openYaml(existing: string | null, format: string): YamlText {
	const yaml = parseYaml(existing ?? '');
	const [problem] = yaml.problems;
	if (problem !== undefined) {
		throw cannotMerge(format, problem);
	}

	if (hasNameTwice(yaml.document)) {
		throw cannotMerge(format, 'a name appears twice');
	}

	const contents = yaml.document.contents;
	if (!isMap(contents)) {
		if (contents !== null && !(isScalar(contents) && contents.value === '')) {
			throw cannotMerge(format, 'its top level is not a mapping');
		}

		yaml.document.contents = yaml.root;
	}

	return yaml;
}

/** The document as a file's text, without folded lines. */
export function yamlText({document}: YamlText, format: string): string {
	try {
		return document.toString({lineWidth: 0});
	} catch {
		throw cannotMerge(format, 'an alias would point to nothing');
	}
}

/** A mapping's entries with text names. Aliases are followed up to a limit, and then there are no more entries. */
export function entriesOf(yaml: YamlText, node: unknown): [name: string, value: unknown][] {
	const map = follow(yaml, node);
	if (!isMap(map) || yaml.looks.left < map.items.length) {
		yaml.looks.left = isMap(map) ? 0 : yaml.looks.left;
		return [];
	}

	yaml.looks.left -= map.items.length;
	return map.items.flatMap(({key, value}): [string, unknown][] => {
		const name = follow(yaml, key);
		return isScalar(name) && typeof name.value === 'string' ? [[name.value, value]] : [];
	});
}

/** A name's value in a mapping; `undefined` if there is none. */
export function valueAt(yaml: YamlText, node: unknown, name: string): unknown {
	return entriesOf(yaml, node).find(([candidate]) => candidate === name)?.[1];
}

/** A mapping's fields as texts; `null` if a field is not text, or if every tool reads it as null. */
export function yamlFields(yaml: YamlText, node: unknown): Map<string, Value> {
	return new Map(
		entriesOf(yaml, node).map(([name, value]) => {
			const found = follow(yaml, value);
			const isText = isScalar(found) && typeof found.value === 'string' && !isNull(found);
			return [name, isText ? String(found.value) : null];
		}),
	);
}

/** True if a value is a mapping. */
export function isYamlMap(yaml: YamlText, node: unknown): boolean {
	return isMap(follow(yaml, node));
}

/** The mapping under a name, created if missing. */
export function childMap(parent: YAMLMap, name: string, format: string): YAMLMap {
	const pair = pairOf(parent, name);
	if (pair !== undefined && isMap(pair.value)) {
		if (pair.value.anchor !== undefined) {
			throw cannotMerge(format, 'other entries repeat the part to change (a YAML anchor)');
		}

		return pair.value;
	}

	if (pair !== undefined && !isNothing(pair.value)) {
		throw cannotMerge(format, 'one of its parts is not a mapping');
	}

	const child = new YAMLMap();
	setChild(parent, name, child);
	return child;
}

/** Sets a name in a mapping. */
export function setChild(parent: YAMLMap, name: string, value: Node): void {
	const pair = pairOf(parent, name);
	if (pair === undefined) {
		if (parent.items.length === 0) {
			parent.flow = false;
		}

		parent.items.push(new Pair(isFieldName.test(name) ? new Scalar(name) : quoted(name), value));
	} else {
		pair.value = value;
	}
}

/** A text in double quotes, which every reader takes as text. */
export function quoted(text: string): Scalar {
	const scalar = new Scalar(text);
	scalar.type = 'QUOTE_DOUBLE';
	return scalar;
}

/** Sets texts in a mapping. `null` ones and unchanged ones stay as they are. */
export function setTexts(map: YAMLMap, texts: Readonly<Record<string, string | null>>): void {
	for (const [name, text] of Object.entries(texts)) {
		const before = pairOf(map, name)?.value;
		const isSame = isScalar(before) && before.value === text;
		if (text !== null && !isSame) {
			setChild(map, name, quoted(text));
		}
	}
}

/** Field names that need no quotes in any reader. A number, `yes` or `null` would. */
const isFieldName = /^(?!(?:yes|no|on|off|true|false|null|y|n)$)[a-z][a-z_]*(?:[0-9]+[a-z_]*)?$/;

function pairOf(map: YAMLMap, name: string): Pair<unknown, unknown> | undefined {
	return map.items.find(({key}) => isScalar(key) && key.value === name);
}

function isNothing(node: unknown): boolean {
	return node === null || node === undefined || (isScalar(node) && /^(?:|~|null)$/.test(String(node.value)));
}

/** True for `~` and `null` without quotes, which are text only in the schema that reads everything as text. */
function isNull({type, value}: Scalar): boolean {
	return type === 'PLAIN' && /^(?:~|null|Null|NULL)$/.test(String(value));
}

function follow(yaml: YamlText, node: unknown): unknown {
	return isAlias(node) ? yaml.anchors.get(node.source) : node;
}

/** Once for all aliases: the library walks the whole document to look one up. */
function anchorsOf(document: Document): Map<string, Node | null> {
	const anchors = new Map<string, Node | null>();
	visit(document, {
		Value(_, node) {
			if (node.anchor !== undefined) {
				anchors.set(node.anchor, anchors.has(node.anchor) ? null : node);
			}
		},
	});
	return anchors;
}

function hasNameTwice(document: Document): boolean {
	let found = false;
	visit(document, {
		Map(_, {items}) {
			const names = items.map(({key}) => (isScalar(key) ? key.value : key));
			found ||= new Set(names).size < names.length;
		},
	});
	return found;
}
