import {bundle} from './bundle.ts';
import {dotenv} from './dotenv.ts';
import type {Format} from './format.ts';
import {json} from './json.ts';
import {twarc} from './twarc.ts';
import {t, twurl} from './twurl.ts';
import {xurl} from './xurl.ts';

/** Every format for export and import, from the most specific to the most general. */
export const formats = {bundle, json, xurl, twurl, t, twarc, dotenv} as const satisfies {
	[name: string]: Format;
};

/** A format's name in `--format`. */
export type FormatName = keyof typeof formats;

/** The formats' names in `--format`. */
export const formatNames = Object.keys(formats) as FormatName[];

/** The format of a file; `null` if keymaker does not know it. */
export function detectFormat(text: string, fileName: string): Format<FormatName> | null {
	return Object.values(formats).find(format => format.detect(text, fileName)) ?? null;
}
