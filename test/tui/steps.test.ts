import assert from 'node:assert/strict';
import {test} from 'node:test';
import {whyNotOpen} from '../../source/desktop/browser.ts';
import {frameLines} from '../../source/tui/frame.ts';
import type {State} from '../../source/tui/model/state.ts';
import {attemptOf, botCalled, flockScreen, keyOf, linkOf, play, viewWith} from './support.ts';

const small = {columns: 40, rows: 12};

/** Every reason that no browser is opened by itself, from the environment that leads to it. */
const reasons = {
	'a browser that is opened': null,
	'no display': whyNotOpen({}, 'linux', false),
	SSH: whyNotOpen({SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22', DISPLAY: ':0'}, 'linux', false),
	'--no-open': whyNotOpen({DISPLAY: ':0'}, 'linux', true),
	'KEYMAKER_OPEN=never': whyNotOpen({KEYMAKER_OPEN: 'never'}, 'darwin', false),
};

/** A link of practice as long as it gets, and X's with the longest handle. */
const links = {
	practice: `http://127.0.0.1:40007/oauth/authorize?oauth_token=${'practice'.repeat(4)}&force_login=true&screen_name=fifteen_letters`,
	X: linkOf('ladder').url.replace('harbour_poem', 'fifteen_letters'),
};

/** What stands on the screen, as one text. */
function drawn(state: State): string {
	return frameLines(state, viewWith())
		.map(({spans}) => spans.map(({text}) => text).join(''))
		.join('\n');
}

/** That the link is whole, and each of its steps is there. */
function assertSteps(state: State, url: string, name: string): void {
	const link = frameLines(state, viewWith())
		.filter(line => line.url !== undefined)
		.map(({spans}) => spans.map(({text}) => text).join(''))
		.join('');
	assert.equal(link, url, `${name}\n${drawn(state)}`);
	for (const step of [/^ 1 {2}Open this link/m, /^ 2 {2}Press Authorize app/m, /^ 3 {2}Paste the PIN/m]) {
		assert.match(drawn(state), step, `${name}\n${drawn(state)}`);
	}
}

for (const [name, why] of Object.entries(reasons)) {
	for (const place of ['practice', 'X'] as const) {
		test(`at 40×12 with ${name}, the link and its three steps stand beside what is said (${place})`, () => {
			const url = links[place];
			const practice = place === 'practice';
			const start = flockScreen([botCalled('ant'), botCalled('bee'), botCalled('cat')], {
				size: small,
				whyNotOpen: why,
				practice,
			});
			const link = {...linkOf('ant'), url, expectedHandle: 'fifteen_letters'};
			for (const key of ['enter', 'a']) {
				const asked = play(start, key);
				const shown = play(asked, {type: 'link', attempt: attemptOf(asked), link});
				assertSteps(shown.state, url, `${name} ${key}`);
				assert.equal(shown.state.notice !== null, why !== null);
			}
		});
	}
}

test('at 40×12 in practice the sentence about SSH is whole, with the command that forwards the port', () => {
	for (const env of [{}, {SSH_TTY: '/dev/pts/1'}]) {
		const asked = play(
			flockScreen([botCalled('ant')], {size: small, whyNotOpen: whyNotOpen(env, 'linux', false)}),
			'enter',
		);
		const link = {...linkOf('ant'), url: links.practice};
		const {state} = play(asked, {type: 'link', attempt: attemptOf(asked), link});
		assert.match(drawn(state), / ssh -L 40007:127\.0\.0\.1:40007\n/);
	}
});

test('at 40×12 no notice pushes a step off: neither a long one, nor one beside what came of the bot before', () => {
	const long = {
		type: 'notice',
		text: 'Copied to tmux, and sent to your terminal. '.repeat(9),
		tone: 'bad',
	} as const;
	const walking = play(flockScreen([botCalled('ant'), botCalled('bee')], {size: small}), 'a');
	const first = play(walking, {type: 'link', attempt: attemptOf(walking), link: linkOf('ant')});
	assertSteps(play(first, long).state, linkOf('ant').url, 'a long notice');
	const sent = play(first, {type: 'paste', text: '1234567'});
	const saved = play(sent, {
		type: 'exchanged',
		attempt: attemptOf(sent),
		outcome: {kind: 'saved', bot: 'ant', tokenId: 'token', key: keyOf('a_long_handle')},
	});
	const next = play(saved, {type: 'link', attempt: attemptOf(saved), link: linkOf('bee')});
	assert.match(drawn(next.state), /ant is ready/);
	assertSteps(next.state, linkOf('bee').url, 'the next bot');
	assertSteps(play(next, long).state, linkOf('bee').url, 'the next bot and a long notice');
});
