import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdir, symlink} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {call} from './call.ts';
import {authorize, practiceFor, statePathFor} from './fixture.ts';

for (const kind of ['a named pipe', 'a link to /dev/zero'] as const) {
	test(`${kind} in the place of practice’s tokens is neither waited for nor read`, async t => {
		if (process.platform === 'win32') {
			t.skip('needs named pipes and devices');
			return;
		}

		const statePath = await statePathFor(t);
		await mkdir(path.dirname(statePath), {recursive: true});
		await (kind === 'a named pipe' ? execFileSync('mkfifo', [statePath]) : symlink('/dev/zero', statePath));
		const practice = await practiceFor(t, {statePath});
		const token = await authorize(practice, 'harbour_poem');
		assert.equal((await call(practice, {route: 'GET /2/users/me', token})).status, 200);
	});
}
