import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import {confirm} from '../../source/commands/shared/ask.ts';
import {exitCodeOf, sayError} from '../../source/commands/shared/command.ts';
import {safeJson} from '../../source/commands/shared/json.ts';
import {table} from '../../source/commands/shared/table.ts';
import {FlockError} from '../../source/flock/error.ts';
import {visible} from '../../source/flock/visible.ts';
import {collect} from '../helpers/write.ts';

test('JSON reads back equal and holds nothing that a terminal would obey', () => {
	fc.assert(
		fc.property(fc.array(fc.string({unit: 'binary'})), texts => {
			const text = safeJson(texts);
			assert.deepEqual(JSON.parse(text), texts);
			assert.equal(visible(text.replaceAll('\n', '')), text.replaceAll('\n', ''));
		}),
	);
	assert.equal(safeJson('\u001b\u0085\u202e\u{e0041}é'), '"\\u001b\\u0085\\u202e\\udb40\\udc41é"');
});

test('a table is aligned, wide characters included, and no wider than the terminal', () => {
	const rows = [
		['俳句', '@haiku', 'ready'],
		['a bot with a rather long name', '@a', 'no key'],
	];
	assert.deepEqual(table(rows, 80), [
		'俳句                           @haiku  ready',
		'a bot with a rather long name  @a      no key',
	]);
	assert.ok(table(rows, 30).every(line => stringWidth(line) <= 30));
	assert.match(table(rows, 30)[1] ?? '', /^a bot.*… {2}@a {6}no key$/);
	assert.deepEqual(table([], 80), []);
});

test('only yes is a yes', async () => {
	for (const [answer, meant] of [
		['y\n', true],
		[' YES \n', true],
		['\n', false],
		['no\n', false],
		['yesterday\n', false],
		['', false],
	] as const) {
		const {write, err} = collect({input: answer, interactive: true});
		assert.equal(await confirm('Forget it?', write), meant, JSON.stringify(answer));
		assert.deepEqual(err, ['Forget it? [y/N]']);
	}
});

test('where there is nobody to ask, the question is refused and --yes is named', async () => {
	const {write} = collect({input: 'y\n'});
	await assert.rejects(confirm('Forget it?', write), {code: 'usage', hint: /--yes/});
});

test('Ctrl-C at a question ends the command with 130', async () => {
	const run = collect({interactive: true});
	const answer = confirm('Forget it?', run.write);
	await run.until(() => run.err.length === 1);
	run.interrupt();
	await assert.rejects(answer, (error: FlockError) => exitCodeOf(error) === 130);
});

test('an error is said with its next step and its codes, and ends with its exit code', () => {
	const {write, err} = collect();
	const error = new FlockError('x-token', 'X refused it.', {hint: 'Again.', status: 401, xCode: 89});
	sayError(error, write);
	assert.deepEqual(err, ['X refused it. (x-token · 401 · 89)', '  Again.']);
	assert.equal(exitCodeOf(error), 1);
	assert.equal(exitCodeOf(new FlockError('usage', 'No.', {hint: 'Yes.'})), 2);
});
