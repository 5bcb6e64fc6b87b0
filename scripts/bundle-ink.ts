import {readFile} from 'node:fs/promises';
import type {Plugin} from 'esbuild';

/** Where Ink measures a text for drawing. */
const measuring = "import widestLine from 'widest-line';";

/** What it has measured the same text with for the layout, and remembers. */
const measured =
	"import measureText from './measure-text.js'; const widestLine = text => measureText(text).width;";

/** Where Ink makes the caches of one frame. */
const caches = 'caches = new OutputCaches();';

/** Where Ink draws a frame cell by cell. */
const drawing = '    get() {\n';

/**
 * What is known of lines from one frame to the next, and frames that consist of whole lines without being drawn cell by cell:
 * what Ink's own way makes of such a line is remembered. Where anything else is in a frame, Ink's own way is taken.
 */
const kept = `
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
`;

/**
 * Lets Ink keep what it knows of a line. By itself it measures and takes apart all lines anew for each frame, changed or not:
 * of the 13 ms from a key to its frame at 200×60 that is 8.5, and of 5 at 80×24 it is 2.
 */
export const inkWithMemory: Plugin = {
	name: 'ink-with-memory',
	setup({onLoad}) {
		onLoad({filter: /ink\/build\/output\.js$/}, async ({path: file}) => {
			const contents = await replacedIn(file, [
				[caches, 'caches = keptCaches;'],
				[drawing, `${drawing}forgetOld(); const whole = wholeRows(this); if (whole) return whole;\n`],
			]);
			return {contents: contents + kept, loader: 'js'};
		});
		onLoad({filter: /ink\/build\/render-node-to-output\.js$/}, async ({path: file}) => ({
			contents: await replacedIn(file, [[measuring, measured]]),
			loader: 'js',
		}));
	},
};

/** Where Yoga's loader asks whether there is a `fetch`. */
const fetching = '"function"!=typeof fetch';

/**
 * Lets Yoga decode what it is made of by itself. Its loader fetches it from a `data:` address otherwise, and with `fetch`
 * Node loads its whole part for the web: 35 ms before the first frame, more than Node itself takes to start.
 */
export const yogaWithoutFetch: Plugin = {
	name: 'yoga-without-fetch',
	setup({onLoad}) {
		onLoad({filter: /yoga-wasm-base64-esm\.js$/}, async ({path: file}) => ({
			contents: await replacedIn(file, [[fetching, '!0']]),
			loader: 'js',
		}));
	},
};

/** Where string-width asks whether a grapheme is an emoji. */
const emoji = 'if (rgiEmojiRegex.test(segment)';

/**
 * Lets string-width ask for emoji only where there may be one. What it asks with, all emoji in one expression, takes V8 15 ms to
 * compile, half of what Node itself takes to start, and it asks that of each ● too.
 */
export const widthsWithoutEmoji: Plugin = {
	name: 'widths-without-emoji',
	setup({onLoad}) {
		onLoad({filter: /string-width\/index\.js$/}, async ({path: file}) => {
			const contents = await replacedIn(file, [[emoji, `${emoji.replace('(', '(mayBeEmoji(segment) && ')}`]]);
			const mayBeEmoji =
				'const mayBeEmoji = text => text.length === 1 ? /\\p{Emoji_Presentation}/v.test(text) : /\\p{Emoji}/v.test(text);';
			return {contents: `${contents}\n${mayBeEmoji}\n`, loader: 'js'};
		});
	},
};

/** A library's file with other text in some places. @throws where such a place is not there any more */
async function replacedIn(file: string, pairs: readonly (readonly [string, string])[]): Promise<string> {
	let text = await readFile(file, 'utf8');
	for (const [old, next] of pairs) {
		if (!text.includes(old)) {
			throw new Error(`${file} is no longer what it was: look again at ${old}`);
		}

		text = text.replaceAll(old, () => next);
	}

	return text;
}
