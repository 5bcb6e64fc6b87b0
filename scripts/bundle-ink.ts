import {readFile} from 'node:fs/promises';
import type {Plugin} from 'esbuild';
import {narrow} from '../source/flock/graphemes.ts';

/** A change of a library's file: other text in some places, and more of it behind. */
type Change = {file: RegExp; replaced: readonly (readonly [string, string])[]; added?: string};

/**
 * Lets Yoga decode what it is made of by itself. Its loader fetches it from a `data:` address otherwise, and with `fetch`
 * Node loads its whole part for the web, which takes longer than its own start.
 */
const yogaWithoutFetch: Change = {
	file: /yoga-wasm-base64-esm\.js$/,
	replaced: [['"function"!=typeof fetch', '!0']],
};

/**
 * Lets a library make its segmenter when it needs it, since the first one takes longer than all else of the first frame. For
 * the two that are loaded before that frame; such a line stands at the top of each.
 * @param options what it makes it with.
 * @param more what else is replaced in that file.
 */
function withLateSegmenter(file: RegExp, options: string, more: Change['replaced'] = []): Change {
	const made = `new Intl.Segmenter(${options})`;
	return {
		file,
		replaced: [
			[
				`const segmenter = ${made};`,
				`const segmenter = {segment: text => (madeSegmenter ??= ${made}).segment(text)};`,
			],
			...more,
		],
		added: 'let madeSegmenter;',
	};
}

/**
 * Lets string-width make its expressions when a text needs them. V8 makes the set of all emoji, and others of Unicode's, when
 * it makes the expression, which takes longer than all else that is done before the first frame.
 */
const lateExpressions: Change['replaced'] = [
	[
		'visibleCharacterRegex',
		String.raw`[^\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Surrogate}]`,
		'v',
	],
	['spacingMarkRegex', String.raw`\p{Spacing_Mark}`, 'v'],
	['rgiEmojiRegex', String.raw`^\p{RGI_Emoji}$`, 'v'],
	['extendedPictographicRegex', String.raw`\p{Extended_Pictographic}`, 'gu'],
].flatMap(([name = '', source = '', flags = ''], index) => [
	[
		`const ${name} = /${source}/${flags};`,
		`let made${index}; const late${index} = () => made${index} ??= new RegExp(${JSON.stringify(source)}, '${flags}');`,
	],
	[name, `late${index}()`],
]);

/** Lets Ink measure a text for drawing by what it has measured it with for the layout, and remembers. */
const inkMeasuringOnce: Change = {
	file: /ink\/build\/render-node-to-output\.js$/,
	replaced: [
		[
			"import widestLine from 'widest-line';",
			"import measureText from './measure-text.js'; const widestLine = text => measureText(text).width;",
		],
	],
};

/** Lets Ink keep what it knows of a line. By itself it measures and takes apart all lines anew for each frame, changed or not. */
const inkWithMemory: Change = {
	file: /ink\/build\/output\.js$/,
	replaced: [
		['caches = new OutputCaches();', 'caches = keptCaches;'],
		['    get() {\n', '    get() {\nforgetOld();\n'],
	],
	added: `
		const keptCaches = new OutputCaches();

		function forgetOld() {
			if (keptCaches.styledChars.size > 4096) {
				for (const map of [keptCaches.widths, keptCaches.blockWidths, keptCaches.styledChars]) {
					map.clear();
				}
			}
		}
	`,
};

const changes: readonly Change[] = [
	yogaWithoutFetch,
	withLateSegmenter(/string-width\/index\.js$/, '', [
		// What is narrow is so for our own measuring too: else the first ● has an expression of all emoji compiled.
		['/^[\\u0020-\\u007E]*$/', String(narrow)],
		...lateExpressions,
	]),
	withLateSegmenter(/ansi-tokenize\/build\/tokenize\.js$/, 'undefined, { granularity: "grapheme" }'),
	inkMeasuringOnce,
	inkWithMemory,
];

/**
 * Makes the libraries that draw start and draw faster, without changing what they draw: `test/bundle-ink.test.ts` holds it
 * against the libraries themselves. Fails where a library is no longer what it was.
 */
export const quickDrawing: Plugin = {
	name: 'quick-drawing',
	setup({onLoad}) {
		for (const {file, replaced, added = ''} of changes) {
			onLoad({filter: file}, async ({path}) => ({
				contents: `${replacedIn(await readFile(path, 'utf8'), replaced, path)}\n${added}`,
				loader: 'js',
			}));
		}
	},
};

function replacedIn(text: string, pairs: Change['replaced'], file: string): string {
	let changed = text;
	for (const [old, next] of pairs) {
		if (!changed.includes(old)) {
			throw new Error(`${file} is no longer what it was: look again at ${old}`);
		}

		changed = changed.replaceAll(old, () => next);
	}

	return changed;
}
