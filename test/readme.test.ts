import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {filledReadme} from '../scripts/readme.ts';

const root = path.join(import.meta.dirname, '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

test('the README’s tables are those of the program: npm run readme writes them', async () => {
	assert.equal(readme, await filledReadme(readme));
});

test('the files that the project’s texts point to are there', () => {
	const missing: string[] = [];
	let found = 0;
	for (const name of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md']) {
		const text = readFileSync(path.join(root, name), 'utf8');
		for (const match of text.matchAll(/\]\(([^)\s]+)\)|src(?:set)?="([^"]+)"/g)) {
			const target = (match[1] ?? match[2] ?? '').replace(/#.*$/, '');
			if (target === '' || target.includes(':')) {
				continue;
			}

			found += 1;
			if (!existsSync(path.join(root, target))) {
				missing.push(`${name}: ${target}`);
			}
		}
	}

	assert.ok(found > 10, `only ${found} were found`);
	assert.deepEqual(missing, []);
});
