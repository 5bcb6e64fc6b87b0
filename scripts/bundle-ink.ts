import {readFile} from 'node:fs/promises';
import type {Plugin} from 'esbuild';
import {narrow} from '../source/flock/graphemes.ts';

/** A change of a library's file: other text in some places, and more of it behind. */
type Change = {file: RegExp; replaced: readonly (readonly [string, string])[]; added?: string};

/**
 * Lets Yoga decode what it is made of by itself. Its loader fetches it from a `data:` address otherwise, and with `fetch`
 * Node loads its whole part for the web: 35 ms before the first frame, more than Node itself takes to start.
 */
const yogaWithoutFetch: Change = {
	file: /yoga-wasm-base64-esm\.js$/,
	replaced: [['"function"!=typeof fetch', '!0']],
};

/**
 * Lets libraries make their segmenter when they need it: the first one takes 8 ms. Such a line stands at the top of each.
 * @param options what they make it with.
 */
function withLateSegmenter(file: RegExp, name: string, options: string): Change {
	const made = `new Intl.Segmenter(${options})`;
	return {
		file,
		replaced: [
			[
				`const ${name} = ${made};`,
				`const ${name} = {segment: text => (madeSegmenter ??= ${made}).segment(text)};`,
			],
		],
		added: 'let madeSegmenter;',
	};
}

const stringWidthSegmenter = withLateSegmenter(/string-width\/index\.js$/, 'segmenter', '');

/**
 * Lets string-width look into a text only where it must, and ask for emoji only where there may be one. What it asks with,
 * all emoji in one expression, takes V8 15 ms to compile, and it asks that of each ● too.
 */
const stringWidthInSteps: Change = {
	file: stringWidthSegmenter.file,
	replaced: [
		...stringWidthSegmenter.replaced,
		['/^[\\u0020-\\u007E]*$/', String(narrow)],
		['if (rgiEmojiRegex.test(segment)', 'if (mayBeEmoji(segment) && rgiEmojiRegex.test(segment)'],
	],
	added: `${stringWidthSegmenter.added}
		const mayBeEmoji = text => (text.length === 1 ? /\\p{Emoji_Presentation}/v : /\\p{Emoji}/v).test(text);`,
};

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

/**
 * Lets Ink keep what it knows of a line. By itself it measures and takes apart all lines anew for each frame, changed or not:
 * with that and `inkMeasuringOnce`, the 13 ms from a key to its frame at 200×60 become 4.5, and 5 at 80×24 become 3.
 * A frame of whole lines, as ours are, is not drawn cell by cell either: what Ink's own way makes of such a line is
 * remembered, and a line of ordinary text is left as it is. Where anything else is in a frame, Ink's own way is taken.
 */
const inkWithMemory: Change = {
	file: /ink\/build\/output\.js$/,
	replaced: [
		['caches = new OutputCaches();', 'caches = keptCaches;'],
		['    get() {\n', '    get() {\nforgetOld(); const whole = wholeRows(this); if (whole) return whole;\n'],
	],
	added: `
		const keptCaches = new OutputCaches();
		const keptRows = new Map();
		const ordinary = /^(?:\\x1B\\[[\\d;]*m|[^\\p{Control}\\p{Default_Ignorable_Code_Point}])*$/v;

		function rowOf(text) {
			let row = keptRows.get(text);
			if (row === undefined) {
				row = (ordinary.test(text) ? text : styledCharsToString(keptCaches.getStyledChars(text))).trimEnd();
				keptRows.set(text, row);
			}

			return row;
		}

		function forgetOld() {
			if (keptRows.size > 4096 || keptCaches.styledChars.size > 4096) {
				for (const map of [keptRows, keptCaches.widths, keptCaches.blockWidths, keptCaches.styledChars]) {
					map.clear();
				}
			}
		}

		function wholeRows({operations, width, height}) {
			const rows = [];
			for (const {type, x, y, text, transformers} of operations) {
				if (type !== 'write' || x !== 0 || y !== rows.length || text.includes('\\n') || keptCaches.getStringWidth(text) > width) {
					return null;
				}

				rows.push(rowOf(transformers.reduce((line, transformer) => transformer(line, 0), text)));
			}

			return rows.length === height ? {output: rows.join('\\n'), height} : null;
		}
	`,
};

const changes: readonly Change[] = [
	yogaWithoutFetch,
	stringWidthInSteps,
	withLateSegmenter(/wrap-ansi\/index\.js$/, 'segmenter', ''),
	withLateSegmenter(
		/slice-ansi\/tokenize-ansi\.js$/,
		'GRAPHEME_SEGMENTER',
		"undefined, {granularity: 'grapheme'}",
	),
	withLateSegmenter(/ink\/build\/line-update\.js$/, 'segmenter', "undefined, { granularity: 'grapheme' }"),
	withLateSegmenter(
		/ansi-tokenize\/build\/tokenize\.js$/,
		'segmenter',
		'undefined, { granularity: "grapheme" }',
	),
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
