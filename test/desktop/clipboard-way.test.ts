import assert from 'node:assert/strict';
import {test} from 'node:test';
import {clipboardWay} from '../../source/desktop/clipboard-way.ts';

/** The way and its sentence in one line. */
function way(
	env: Record<string, string>,
	{
		platform = 'linux',
		isTTY = true,
		programs = [],
	}: {platform?: NodeJS.Platform; isTTY?: boolean; programs?: string[]} = {},
): string {
	const {way: kind, sentence} = clipboardWay({
		env,
		platform,
		isTTY,
		hasProgram: name => programs.includes(name),
	});
	return `${kind}: ${sentence}`;
}

test('at a display, the clipboard’s own program copies', () => {
	assert.match(way({DISPLAY: ':0'}, {programs: ['xsel']}), /^clipboard: .*\(xsel\)/);
	assert.match(way({DISPLAY: ':0'}), /^clipboard: .*comes with keymaker/);
	assert.match(way({WAYLAND_DISPLAY: 'wayland-0'}, {programs: ['wl-copy']}), /^clipboard: .*\(wl-copy\)/);
	assert.match(way({}, {platform: 'darwin'}), /^clipboard: .*\(pbcopy\)/);
	assert.match(way({}, {platform: 'win32'}), /^clipboard: .*Windows/);
	assert.match(way({WSL_DISTRO_NAME: 'Debian'}), /^clipboard: .*Windows/);
});

test('over SSH no clipboard program here is of use, whatever the display', () => {
	const env = {SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22', DISPLAY: ':0'};
	assert.match(way(env, {programs: ['xsel']}), /^osc52: .*over SSH/);
	assert.match(way({...env, TMUX: '/tmp/t,1,0'}, {programs: ['tmux']}), /^tmux: .*over SSH/);
	assert.match(way({...env, TMUX: '/tmp/t,1,0'}), /^osc52: /);
});

test('without a display the terminal is asked, and without a terminal the mouse is left', () => {
	assert.match(way({}), /^osc52: .*without a display/);
	assert.match(way({WAYLAND_DISPLAY: 'wayland-0'}), /^osc52: /);
	assert.match(way({}, {isTTY: false}), /^none: /);
});
