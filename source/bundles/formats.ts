import {bundle} from './bundle.ts';
import {dotenv} from './dotenv.ts';
import type {Format, FormatName} from './format.ts';
import {json} from './json.ts';
import {twarc} from './twarc.ts';
import {t, twurl} from './twurl.ts';
import {xurl} from './xurl.ts';

/** Every format by its name. */
export const formats: Readonly<Record<FormatName, Format>> = {bundle, dotenv, twurl, t, xurl, twarc, json};

/** From the most particular to the one that most texts could be. */
const byCertainty: readonly Format[] = [json, bundle, xurl, twurl, t, twarc, dotenv];

/** The format of a file that somebody hands in; `null` where it is none of ours. */
export function detectFormat(text: string, fileName: string): Format | null {
	return byCertainty.find(format => format.detect(text, fileName)) ?? null;
}
