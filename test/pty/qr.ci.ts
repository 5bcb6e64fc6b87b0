import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {cellsOf, dark, light, type Palette} from '../../scripts/terminal-svg.ts';
import {whyMissing} from '../helpers/installed.ts';
import {pixels} from '../helpers/pixels.ts';
import {nextLink, type Workplace, workplace} from '../helpers/program.ts';
import type {Pty} from '../helpers/pty.ts';

const skip = whyMissing('zbarimg');

let place: Workplace;
beforeEach(async () => {
	place = await workplace(['harbour']);
});
afterEach(() => place.close());

const solarizedLight: Palette = {...light, background: '#fdf6e3', foreground: '#657b83'};
const grounds = {dark, light, 'Solarized light': solarizedLight};

/** What a scanner reads off the screen; an empty text where it finds no code. */
async function scanned(screen: Pty, [columns, rows]: readonly [number, number], palette: Palette) {
	const image = path.join(place.folder, 'screen.ppm');
	await writeFile(image, pixels(cellsOf(screen.buffer(), columns, rows), columns, palette));
	const {stdout} = spawnSync('zbarimg', ['--raw', '--quiet', image], {encoding: 'utf8'});
	return stdout.trimEnd();
}

for (const [name, handle, size] of [
	['', null, [80, 24]],
	[' with an expected handle', 'harbour_poem', [80, 24]],
	[' with the longest handle', 'fifteen_letters', [80, 24]],
	[' beside the steps', 'harbour_poem', [200, 60]],
] as const) {
	test(`a scanner reads the very link off the QR code on dark and on light${name}, at ${size.join('×')}`, {
		skip,
	}, async () => {
		if (handle !== null) {
			await place.run(['expect', 'harbour', handle]);
		}

		const [columns, rows] = size;
		const screen = place.screen([], {columns, rows, env: {CI: undefined, NO_COLOR: undefined}});
		await screen.waitFor(/❯ ○ harbour/);
		screen.press('a');
		const link = await nextLink(screen);
		assert.equal(handle !== null, link.includes(`screen_name=${handle}`));
		if (columns < 160) {
			assert.equal(await scanned(screen, size, dark), '', 'there is a code before Q was pressed');
			screen.press('Q');
			await screen.waitFor('esc back to the link');
		}

		for (const [ground, palette] of Object.entries(grounds)) {
			assert.equal(await scanned(screen, size, palette), link, ground);
		}
	});
}

test('without colours a scanner reads it on dark', {skip}, async () => {
	const screen = place.screen([], {env: {NO_COLOR: '1'}});
	await screen.waitFor(/❯ ○ harbour/);
	screen.press('a');
	const link = await nextLink(screen);
	screen.press('Q');
	await screen.waitFor('esc back to the link');
	assert.equal(await scanned(screen, [80, 24], dark), link);
});
