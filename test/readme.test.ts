import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {referencePages} from '../scripts/reference.ts';

const root = path.join(import.meta.dirname, '..');

test('the pages of keys, commands and messages are those of the program: npm run reference writes them', async () => {
	const pages = Object.entries(await referencePages());
	assert.ok(pages.length > 0);
	for (const [file, text] of pages) {
		assert.equal(readFileSync(path.join(root, file), 'utf8'), text, file);
	}
});

test('the README’s SQL is that of docs/shared-keystore.md, which documented.ci.ts runs', () => {
	const sqlOf = (file: string) =>
		[...readFileSync(path.join(root, file), 'utf8').matchAll(/^```sql\n(.*?)^```/gms)].flatMap(
			([, sql = '']) => sql.trim().split('\n'),
		);
	const known = new Set(sqlOf('docs/shared-keystore.md'));
	const lines = sqlOf('README.md');
	assert.ok(lines.length > 0);
	assert.deepEqual(
		lines.filter(line => !known.has(line)),
		[],
	);
});

test('the files that the project’s texts point to are there', () => {
	const missing: string[] = [];
	let found = 0;
	for (const name of [
		'README.md',
		'CONTRIBUTING.md',
		'CHANGELOG.md',
		'SECURITY.md',
		'docs/troubleshooting.md',
		'docs/shared-keystore.md',
	]) {
		const text = readFileSync(path.join(root, name), 'utf8');
		for (const match of text.matchAll(/\]\(([^)\s]+)\)|src(?:set)?="([^"]+)"/g)) {
			const target = (match[1] ?? match[2] ?? '').replace(/#.*$/, '');
			if (target === '' || target.includes(':')) {
				continue;
			}

			found += 1;
			if (!existsSync(path.join(root, path.dirname(name), target))) {
				missing.push(`${name}: ${target}`);
			}
		}
	}

	assert.ok(found > 10, `only ${found} were found`);
	assert.deepEqual(missing, []);
});
