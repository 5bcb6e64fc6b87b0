import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {pictures} from '../../scripts/pictures.ts';

test('the README’s pictures show the program as it is: npm run pictures makes them anew', async () => {
	const docs = path.join(import.meta.dirname, '..', '..', 'docs');
	const made = await pictures();
	assert.deepEqual(
		[...made.keys()].sort(),
		readdirSync(docs)
			.filter(name => name.endsWith('.svg'))
			.sort(),
	);
	for (const [name, svg] of made) {
		assert.equal(readFileSync(path.join(docs, name), 'utf8'), svg, name);
	}
});
