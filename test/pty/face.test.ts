import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {nextLink, type Workplace, workplace} from '../helpers/program.ts';

const [mouseOn, mouseOff] = ['\u001B[?1000h', '\u001B[?1000l'];

let place: Workplace;
beforeEach(async () => {
	place = await workplace(['harbour', 'kettle', 'lamplight']);
});
afterEach(() => place.close());

test('the mouse selects in the flock and is the terminal’s beside a link; keys of the footer, help and commands work; all is as it was at the end', async () => {
	const screen = place.screen();
	const rows = await screen.waitFor(/❯ ○ harbour/);
	const kettle = rows.findIndex(row => row.includes('kettle')) + 1;
	screen.type(`\u001B[<0;10;${kettle}M\u001B[<0;10;${kettle}m`);
	await screen.waitFor(/❯ ○ kettle/);
	screen.type('\u001B[<65;10;10M');
	await screen.waitFor(/❯ ○ lamplight/);
	screen.press('?');
	await screen.waitFor(/walk the marked or shown bots/);
	screen.press('?');
	await screen.waitFor(/Help · 1–/);
	screen.press('escape');
	await screen.waitFor(/a walk the 3 that need you/);
	screen.press(':');
	await screen.waitFor(/enter run/);
	screen.type('sort');
	await screen.waitFor(/❯ sort by name/);
	screen.press('enter');
	await screen.waitFor('Sorted by status.');
	screen.press('*');
	await screen.waitFor('3 marked: C check');
	screen.press('a');
	await nextLink(screen);
	const beforeLink = screen.raw().slice(0, screen.raw().indexOf('oauth_token'));
	assert.ok(beforeLink.lastIndexOf(mouseOff) > beforeLink.lastIndexOf(mouseOn));
	assert.match(beforeLink, /\u001B\]2;keymaker 1\/3\u001B\\/);
	screen.press('escape');
	await screen.waitFor(/a walk the 3 that need you/);
	assert.ok(screen.raw().lastIndexOf(mouseOn) > screen.raw().lastIndexOf(mouseOff));
	screen.press('q');
	assert.equal((await screen.exited).exitCode, 0);
	await screen.waitFor(() => !screen.alternate());
	assert.ok(screen.raw().lastIndexOf(mouseOff) > screen.raw().lastIndexOf(mouseOn));
	assert.ok(screen.raw().lastIndexOf('\u001B[23;2t') > screen.raw().lastIndexOf('\u001B]2;keymaker'));
});

for (const [how, words, env] of [
	['--no-mouse', ['--no-mouse'], {}],
	['KEYMAKER_MOUSE=never', [], {KEYMAKER_MOUSE: 'never'}],
] as const) {
	test(`with ${how} the mouse is the terminal’s everywhere`, async () => {
		const screen = place.screen([...words], {env});
		await screen.waitFor(/❯ ○ harbour/);
		screen.type('\u001B[<0;10;7M');
		screen.press('q');
		assert.equal((await screen.exited).exitCode, 0);
		assert.ok(!screen.raw().includes(mouseOn));
	});
}
