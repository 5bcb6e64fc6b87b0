import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {approve} from '../helpers/approve.ts';
import {nextLink, type Workplace, workplace} from '../helpers/program.ts';

let place: Workplace;
beforeEach(async () => {
	place = await workplace(null);
});
afterEach(() => place.close());

test('twelve bots get their keys in 13 key presses, a paste counted as one', async () => {
	const bots: {bot: string}[] = JSON.parse((await place.run(['list', '--json'])).out);
	assert.equal(bots.length, 12);
	const screen = place.screen([], {columns: 120, rows: 30});
	await screen.waitFor(/a walk the 12 that need you/);
	let presses = 0;
	screen.press('a');
	presses += 1;
	let link = '';
	for (const [index, {bot}] of bots.entries()) {
		link = await nextLink(screen, link);
		await screen.waitFor(`${index + 1} of 12`);
		screen.paste(await approve(link, `account_${index}`));
		presses += 1;
		const next = bots[index + 1];
		await (next === undefined
			? screen.waitFor('The whole flock can sing.')
			: screen.waitFor(rows =>
					rows.some(row => row.includes(`${bot} is ready and posts as @account_${index}.`)),
				));
	}

	assert.equal(presses, 13);
	await screen.waitFor(/12 of 12[\s\S]*12 keys in \d+ .*, all saved\./);
	screen.press('enter');
	await screen.waitFor(/12 ready/);
	screen.press('q');
	assert.equal((await screen.exited).exitCode, 0);
	const rows: {status: string}[] = JSON.parse((await place.run(['list', '--json'])).out);
	assert.deepEqual(new Set(rows.map(({status}) => status)), new Set(['ready']));
});

test('another account than expected stops the walk: enter does nothing, r discards the key and gets a new link', async () => {
	await place.run(['expect', 'harbour', 'harbour_poem']);
	const screen = place.screen([], {columns: 120, rows: 30});
	await screen.waitFor(/❯ ○ ferry/);
	screen.press('a');
	const ferry = await nextLink(screen);
	screen.paste(await approve(ferry, 'ferry_poem'));
	const harbour = await nextLink(screen, ferry);
	await screen.waitFor('signed in as @harbour_poem');
	screen.paste(await approve(harbour, 'somebody_else'));
	await screen.waitFor('You signed in as @somebody_else, not as the expected account.');
	screen.press('enter');
	screen.press('r');
	const again = await nextLink(screen, harbour);
	await screen.waitFor('Discarded @somebody_else’s key. Here is a new link.');
	screen.paste(await approve(again, 'somebody_else'));
	await screen.waitFor('You signed in as @somebody_else');
	screen.press('d');
	await screen.waitFor('Discarded the key of @somebody_else.');
	await screen.waitFor('harbour has no key.');
	screen.press('r');
	const third = await nextLink(screen, again);
	screen.paste(await approve(third, 'harbour_poem'));
	await screen.waitFor('harbour is ready and posts as @harbour_poem.');
	screen.press('ctrl+c');
	assert.equal((await screen.exited).exitCode, 130);
	const rows: {bot: string; handle: string | null; heldHandle: string | null}[] = JSON.parse(
		(await place.run(['list', '--json'])).out,
	);
	const made = rows.filter(({handle}) => handle !== null).map(({bot, handle}) => [bot, handle]);
	assert.deepEqual(made, [
		['ferry', 'ferry_poem'],
		['harbour', 'harbour_poem'],
	]);
	assert.ok(rows.every(({heldHandle}) => heldHandle === null));
});
