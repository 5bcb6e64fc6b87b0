import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {giveKey} from '../helpers/key-file.ts';
import {type Workplace, workplace} from '../helpers/program.ts';
import {some} from '../helpers/thorough.ts';

let place: Workplace;
before(async () => {
	place = await workplace(['harbour', 'kettle']);
	await giveKey(place, 'harbour');
});
after(() => place.close());

const showing = [
	process.execPath,
	'-e',
	'console.log(process.argv.slice(1), process.env.KEYMAKER_BOT); process.exit(3)',
];

const lines = [
	[[], 0],
	[['list'], 0],
	[['list', '--json'], 0],
	[['exec', 'harbour', '--', ...showing, 'a', '--json', '--', 'b', ''], 3],
	[['exec', 'harbour', '--', ...showing, '--', '--help'], 3],
	[['exec', 'harbour', '--'], 2],
	[['exec', 'kettle', '--', ...showing], 1],
	[['exec', 'harbor', '--', ...showing], 1],
	[['exec', '', '--', ...showing], 1],
	[['exec', '--all', '--', ...showing], 1],
	[['exec', '--', 'harbour', ...showing], 3],
	[['exec', 'harbour', ...showing.slice(0, 1), '--', '-p', '1'], 0],
	[['list', '--jsn'], 2],
	[['list', '--json', '--json'], 0],
] as const;

for (const [words, code] of some(lines, 3)) {
	const line = ['keymaker', ...words.map(word => (word === showing[2] ? '…' : path.basename(word)))].join(
		' ',
	);
	test(`${line} ends with ${code}, with an option of all commands before it too`, async () => {
		const [short, parsed] = await Promise.all([place.run(words), place.run(['--no-open', ...words])]);
		assert.deepEqual(short, parsed);
		assert.equal(short.code, code);
	});
}
