import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {test} from 'node:test';
import {allCommands} from '../../source/command-line/commands.ts';
import {sharedOptions} from '../../source/command-line/parse.ts';
import {whyMissing} from '../helpers/installed.ts';

const page = path.join(import.meta.dirname, '..', '..', 'dist', 'keymaker.1');

test('man shows the page, with every command, option and example as they are typed', {
	skip: whyMissing('man'),
}, async () => {
	const env = {...process.env, MANWIDTH: '400', LC_ALL: 'C.UTF-8', MANPAGER: 'cat', PAGER: 'cat'};
	const {status, stdout, stderr} = spawnSync('man', ['-l', page], {encoding: 'utf8', env});
	assert.equal(status, 0, stderr);
	assert.equal(stderr, '');
	const shown = stdout.replaceAll(/.\u0008|\u001b\[[\d;]*m/g, '');
	assert.match(shown, /^KEYMAKER\(1\)/);
	for (const {name, options, examples} of await allCommands()) {
		assert.match(shown, new RegExp(`^ +keymaker ${name}\\b`, 'm'));
		for (const option of [...Object.keys(options), ...Object.keys(sharedOptions)]) {
			assert.ok(shown.includes(`--${option}`), option);
		}

		for (const example of examples) {
			assert.ok(shown.includes(example), example);
		}
	}
});

test('the page has nothing that roff does not know', {skip: whyMissing('groff')}, () => {
	const {status, stdout, stderr} = spawnSync(
		'groff',
		['-man', '-ww', '-K', 'utf8', '-T', 'utf8', '-Z', page],
		{
			encoding: 'utf8',
		},
	);
	assert.deepEqual([status, stderr], [0, '']);
	assert.ok(stdout.length > 1000);
});
