/** Fills the README's tables from the program itself: `tsx scripts/readme.ts` writes, a test compares. */
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {keymapMarkdown} from '../source/tui/keymap.ts';
import {failures, sentenceOf} from '../source/x/failures.ts';

const readmePath = path.join(import.meta.dirname, '..', 'README.md');

/** The tables, by the name in their marks `<!-- name -->` … `<!-- /name -->`. */
export function readmeParts(): Record<string, string> {
	return {keys: keymapMarkdown(), troubleshooting: troubleshootingMarkdown()};
}

/** The README with its tables as they have to be. @throws where a mark is missing */
export function filledReadme(readme: string): string {
	let filled = readme;
	for (const [name, content] of Object.entries(readmeParts())) {
		const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- /${name} -->)`);
		if (!pattern.test(filled)) {
			throw new Error(`README.md has no place for ${name}`);
		}

		filled = filled.replace(
			pattern,
			(_, start: string, end: string) => `${start}\n${content.trim()}\n${end}`,
		);
	}

	return filled;
}

function troubleshootingMarkdown(): string {
	const rows = Object.values(failures).map(failure => {
		const codes = failure.xCodes.length === 0 ? '' : `, X’s ${failure.xCodes.join(', ')}`;
		return `| ${cell(sentenceOf(failure))} (\`${failure.code}\`${codes}) | ${cell(failure.meaning)} | ${cell(failure.hint)} |`;
	});
	return ['| message | what it means | what to do |', '| --- | --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
	return text.replace(/\|/g, '\\|');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
	writeFileSync(readmePath, filledReadme(readFileSync(readmePath, 'utf8')));
}
