import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {pictures} from '../../scripts/pictures.ts';

test('the README’s pictures show the program as it is: npm run pictures makes them anew', async () => {
	const docs = path.join(import.meta.dirname, '..', '..', 'docs');
	for (const [name, svg] of await pictures()) {
		assert.equal(readFileSync(path.join(docs, name), 'utf8'), svg, name);
	}
});
