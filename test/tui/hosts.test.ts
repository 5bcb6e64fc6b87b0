import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Bot} from '../../source/flock/flock.ts';
import type {Grant} from '../../source/flock/key.ts';
import {columnsOf} from '../../source/flock/width.ts';
import {frameLines} from '../../source/tui/frame.ts';
import type {State} from '../../source/tui/model/state.ts';
import {botCalled, fixed, flockScreen, keyOf, play, viewWith} from './support.ts';

const recipient = `age1${'q'.repeat(58)}`;
const host = (name: string): Grant => ({
	name,
	recipient: `age1${name.padEnd(58, 'q')}`,
	at: '2026-11-22T09:00:00.000Z',
});
const keyed = (name: string, ...names: string[]): Bot =>
	botCalled(name, {
		key: keyOf(`${name}_poem`),
		...(names.length === 0 ? {} : {grants: names.map(host)}),
	});
const flock = [keyed('ferry', 'web1'), keyed('harbour'), botCalled('kettle')];
const size = {columns: 120, rows: 30};
const sharing = () => flockScreen(flock, {size, shared: true});

/** The text of a state's frame. */
function textOf(state: State): string {
	return frameLines(state, viewWith())
		.map(({spans}) => spans.map(({text}) => text).join(''))
		.join('\n');
}

test('a bot’s facts name the hosts that can open it', () => {
	const state = {...sharing(), preview: {bot: 'ferry', text: null}};
	assert.match(textOf(state), /hosts +web1/);
	assert.doesNotMatch(
		textOf({...play(sharing(), 'down').state, preview: {bot: 'harbour', text: null}}),
		/hosts +/,
	);
});

test('h grants the marked bots to a known host, or takes back those that it has', () => {
	const asked = play(sharing(), 'space', 'space', 'h').state;
	const text = textOf(asked);
	assert.match(text, /Which hosts can open ferry, harbour\?/);
	assert.match(text, /Grant to web1\n.*Take back from web1 \(1 of 2\)\n.*Grant to a new host …\n ❯ Cancel/);
	assert.deepEqual(play(asked, 'enter').effects, []);
	const granted = play(asked, 'down', 'enter');
	assert.equal(granted.state.overlay, null);
	assert.deepEqual(granted.effects, [
		{
			type: 'grant',
			bots: ['ferry', 'harbour'],
			host: {name: 'web1', recipient: host('web1').recipient},
		},
	]);
	assert.deepEqual(play(asked, 'up', 'up', 'enter').effects, [
		{type: 'ungrant', bots: ['ferry'], name: 'web1'},
	]);
});

test('a new host is its recipient and then its name, and a mistake stays beside its error', () => {
	const field = play(sharing(), 'down', 'h', 'up', 'enter');
	assert.equal(field.state.overlay?.name, 'grant');
	const wrong = play(field.state, {type: 'paste', text: recipient.slice(0, -1)}, 'enter');
	assert.deepEqual(wrong.effects, []);
	assert.match(textOf(wrong.state), /Recipient: age1q+\n.* is not a recipient\./);
	const right = play(wrong.state, 'q', 'enter');
	assert.deepEqual(right.effects, []);
	assert.match(textOf(right.state), /Name: /);
	const odd = play(right.state, ...'web 2', 'enter');
	assert.deepEqual(odd.effects, []);
	assert.match(textOf(odd.state), /web 2 is not a valid name for a host\./);
	const typed = play(odd.state, 'left', 'backspace', 'enter');
	assert.deepEqual(typed.effects, [{type: 'grant', bots: ['harbour'], host: {recipient, name: 'web2'}}]);
});

test('a recipient and a name can be pasted at once', () => {
	const field = play(sharing(), 'down', 'h', 'up', 'enter').state;
	const {effects} = play(field, {type: 'paste', text: `${recipient} web2\n`});
	assert.deepEqual(effects, [{type: 'grant', bots: ['harbour'], host: {recipient, name: 'web2'}}]);
});

test('an identity pasted in a recipient’s place is neither drawn nor held', () => {
	const field = play(sharing(), 'down', 'h', 'up', 'enter').state;
	const secret = `AGE-SECRET-KEY-1${'PRACTICE'.repeat(7)}QQ`;
	const {state} = play(field, {type: 'paste', text: `# public key: ${recipient}\n${secret}\n`});
	assert.match(textOf(state), /That is an identity, not a recipient\./);
	assert.doesNotMatch(textOf(state) + JSON.stringify(state), /PRACTICE/);
	const {effects} = play(state, {type: 'paste', text: `${recipient} web2\n`});
	assert.deepEqual(effects, [{type: 'grant', bots: ['harbour'], host: {recipient, name: 'web2'}}]);
});

test('an identity that comes letter by letter is not drawn either', () => {
	const field = play(sharing(), 'down', 'h', 'up', 'enter').state;
	const {state} = play(field, ...`AGE-SECRET-KEY-1${'PRACTICE'.repeat(7)}QQ`, 'enter');
	assert.match(textOf(state), /That is an identity, not a recipient\./);
	assert.doesNotMatch(textOf(state), /PRAC|AGE-S/);
	const {effects} = play(state, {type: 'paste', text: `${recipient} web2\n`});
	assert.deepEqual(effects, [{type: 'grant', bots: ['harbour'], host: {recipient, name: 'web2'}}]);
});

test('a bot without a key cannot be granted, nor any bot of a keystore in a file', () => {
	const none = play(sharing(), 'end', 'h').state;
	assert.equal(none.overlay, null);
	assert.match(none.notice?.text ?? '', /Authorize the bot first/);
	assert.equal(fixed.shared, false);
	assert.equal(play(flockScreen(flock), 'h').state.overlay, null);
});

test('a host refuses keys that would save something, before it asks X for a link', () => {
	const there = {...sharing(), others: 2};
	for (const key of ['enter', 'a', 'C', 'f', 'e']) {
		const {state, effects} = play(there, key);
		assert.deepEqual([state.screen.name, state.overlay], ['flock', null], key);
		assert.match(state.notice?.text ?? '', /can only read the bots granted to it/, key);
		assert.ok(
			effects.every(({type}) => type === 'timer'),
			key,
		);
	}

	// Without an app key, too: the choice of one would lead to a PIN.
	assert.equal(play({...there, app: null}, 'enter').state.screen.name, 'flock');
	assert.equal(play(there, 'h').state.overlay, null);
	assert.match(textOf(there), /keymaker · bots · host/);
	assert.match(textOf(there), /1–3 of 3 · 2 not granted · by name/);
});

test('many hosts fit a small window', () => {
	const many = Array.from({length: 40}, (_, index) => `web${index}`);
	const small = flockScreen([keyed('ferry', ...many)], {size: {columns: 30, rows: 8}, shared: true});
	const {state} = play(small, 'h', 'up', 'up');
	const lines = textOf(state).split('\n');
	assert.ok(lines.length <= 8);
	assert.ok(lines.every(one => columnsOf(one) <= 30));
	assert.match(textOf(state), /❯ Take back from web9/);
});
