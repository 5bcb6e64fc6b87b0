import {bundle} from './bundle.ts';
import {dotenv} from './dotenv.ts';
import type {Format} from './format.ts';
import {json} from './json.ts';
import {twarc} from './twarc.ts';
import {t, twurl} from './twurl.ts';
import {xurl} from './xurl.ts';

/** Every format that keys are exported to and imported from, from the most particular to the one that most texts could be. */
export const formats = {bundle, json, xurl, twurl, t, twarc, dotenv} as const satisfies {
	[name: string]: Format;
};

/** A format as `--format` names it. */
export type FormatName = keyof typeof formats;

/** The names of the formats, as `--format` takes them. */
export const formatNames = Object.keys(formats) as FormatName[];

/** The format of a file that somebody hands in; `null` where it is none of ours. */
export function detectFormat(text: string, fileName: string): Format<FormatName> | null {
	return Object.values(formats).find(format => format.detect(text, fileName)) ?? null;
}
