import assert from 'node:assert/strict';
import {test} from 'node:test';
import {inspect} from 'node:util';
import type {FlockError} from '../../source/flock/error.ts';
import {type AppKeyInput, cleanAppKey} from '../../source/keymaker/app-key.ts';
import {frameLines} from '../../source/tui/frame.ts';
import type {Action} from '../../source/tui/model/action.ts';
import {expected, problemOf} from '../../source/tui/model/problem.ts';
import type {State} from '../../source/tui/model/state.ts';
import {reduce} from '../../source/tui/reducer.ts';
import {
	attemptOf,
	badAppKey,
	botCalled,
	flockScreen,
	keyOf,
	linkOf,
	mixedFlock,
	type Played,
	phaseOf,
	pinScreen,
	play,
	problemCalled,
	viewWith,
} from './support.ts';

const folder = {path: '/poems', poems: [], notes: [], problem: null};
const kinds = ({effects}: Played) =>
	effects.map(effect => effect.type).filter(type => type !== 'timer' && type !== 'read');
const times = (played: Played, kind: string) => kinds(played).filter(type => type === kind).length;

test('enter asks X for a link, and the first link is opened in the browser once', () => {
	const asked = play(flockScreen(), 'enter');
	assert.equal(phaseOf(asked).name, 'requesting');
	assert.deepEqual(kinds(asked), ['request-link']);
	const shown = pinScreen();
	assert.deepEqual(kinds(shown), ['open-link']);
	assert.equal(phaseOf(shown).name, 'awaiting-pin');
});

test('step 1 says which window the link has opened in, whole at 40×12; a late answer about another link says nothing', () => {
	const size = {columns: 40, rows: 12};
	const shown = pinScreen(mixedFlock, {size});
	const {url} = linkOf('ferry');
	const stepOne = (window: 'own' | 'ordinary' | 'given', of = url) => {
		const {state} = play(
			shown,
			{type: 'notice', text: 'Started Chromium with an empty profile.', tone: 'plain'},
			{type: 'opened', opened: {url: of, window}},
		);
		const lines = frameLines(state, viewWith()).map(({spans}) => spans.map(({text}) => text).join(''));
		assert.ok(lines.length <= size.rows);
		assert.ok(lines.join('').includes(url) && lines.some(text => text.startsWith(' 3  Paste the PIN')));
		const [, whole = ''] = / 1 (.*?)https:/.exec(lines.join('')) ?? [];
		return whole.replace(/ +/g, ' ').trim();
	};
	const neutral = 'Open this link in a private window, signed in as @harbour_poem';
	assert.equal(stepOne('own'), 'Sign in as @harbour_poem in the new window');
	assert.equal(
		stepOne('ordinary'),
		'Opened in an ordinary window. Use a private one, signed in as @harbour_poem',
	);
	assert.equal(stepOne('given'), neutral);
	assert.equal(stepOne('own', linkOf('ferry', 'not-a-real-token-2').url), neutral);

	const opened = play(
		pinScreen(),
		{type: 'opened', opened: {url, window: 'own'}},
		{type: 'paste', text: 'no PIN'},
	);
	const sent = play(opened, 'enter');
	const problem = problemCalled('pin-not-a-pin');
	const again = play(sent, {type: 'pin-failed', attempt: attemptOf(sent), problem, alive: true});
	assert.match(
		frameLines(again.state, viewWith())
			.map(({spans}) => spans.map(({text}) => text).join(''))
			.join(''),
		/in the new +window/,
		'the window is still there after a PIN that was none',
	);
});

test('where no browser is to be opened it is said, and o opens it', () => {
	const shown = pinScreen(mixedFlock, {
		whyNotOpen: {kind: 'ssh', sentence: 'This is an SSH session.'},
		practice: false,
	});
	assert.deepEqual(kinds(shown), []);
	assert.match(shown.state.notice?.text ?? '', /^This is an SSH session\./);
	assert.deepEqual(
		kinds(play(shown, 'o', {type: 'timer', timer: {for: 'letter', attempt: attemptOf(shown)}})),
		['open-link'],
	);
});

test('where no browser is to be opened in practice, nobody is sent to another computer or a phone', () => {
	for (const kind of ['ssh', 'no-display'] as const) {
		const whyNotOpen = {kind, sentence: 'Open it on a phone.'};
		const said = pinScreen(mixedFlock, {whyNotOpen}).state.notice?.text ?? '';
		assert.match(said, /on this computer only/);
		assert.doesNotMatch(said, /phone/);
	}

	const asked = {kind: 'asked', sentence: 'No browser, as asked for.'} as const;
	assert.match(pinScreen(mixedFlock, {whyNotOpen: asked}).state.notice?.text ?? '', /^No browser, as asked/);
});

test('escape leaves while X is asked, and the link that comes all the same is dropped', () => {
	const left = play(flockScreen(), 'enter', 'escape');
	assert.equal(left.state.screen.name, 'flock');
	assert.deepEqual(kinds(left), ['request-link', 'leave']);
	const link = linkOf('ferry');
	assert.deepEqual(play(left, {type: 'link', attempt: 1, link}).effects.at(-1), {type: 'drop-link', link});
});

test('a late link of an earlier attempt is dropped while a newer one is waited for', () => {
	const again = play(flockScreen(), 'enter', 'escape', 'enter');
	const late = play(again, {type: 'link', attempt: 1, link: linkOf('ferry', 'late')});
	assert.equal(phaseOf(late).name, 'requesting');
	assert.equal(late.effects.at(-1)?.type, 'drop-link');
	const shown = play(late, {type: 'link', attempt: 2, link: linkOf('ferry', 'right')});
	const phase = phaseOf(shown);
	assert.equal(phase.name === 'awaiting-pin' && phase.link.id, 'right');
});

const submissions: readonly (readonly [string, readonly Parameters<typeof play>[1][]])[] = [
	['typed, then enter', [...'0012345', 'enter']],
	['enter pressed twice', [...'0012345', {type: 'text', text: '\r\r'}]],
	['a bracketed paste with a line end', [{type: 'paste', text: '0012345\r\n'}]],
	['a bracketed paste, then enter', [{type: 'paste', text: '0012345'}, 'enter']],
	['a paste without brackets in one piece', [{type: 'text', text: '0012345\n'}]],
	[
		'a paste without brackets in two pieces',
		[
			{type: 'text', text: '00123'},
			{type: 'text', text: '45\r'},
		],
	],
	['a paste without brackets, letter by letter', [...'0012345', 'enter', 'enter']],
];
for (const [how, actions] of submissions) {
	test(`a PIN is handed in whole, and once: ${how}`, () => {
		const done = play(pinScreen(), ...actions);
		const submitted = done.effects.filter(effect => effect.type === 'submit-pin');
		assert.equal(submitted.length, 1);
		assert.equal(submitted[0]?.type === 'submit-pin' && submitted[0].pin, '0012345');
		assert.equal(phaseOf(done).name, 'exchanging');
	});
}

test('what is pasted goes to the field even where its letters are commands', () => {
	const pasted = play(pinScreen(), {type: 'paste', text: 'n'});
	const phase = phaseOf(pasted);
	assert.equal(phase.name === 'awaiting-pin' && phase.pin, 'n');
	assert.equal(pasted.state.overlay, null);
});

test('a letter is a command only when it comes alone and the field is empty', () => {
	const shown = pinScreen();
	const timer = {type: 'timer' as const, timer: {for: 'letter' as const, attempt: attemptOf(shown)}};
	assert.equal(times(play(shown, 'c', timer), 'copy'), 1);
	const text = play(shown, ...'copy this', timer);
	const phase = phaseOf(text);
	assert.equal(times(text, 'copy'), 0);
	assert.equal(phase.name === 'awaiting-pin' && phase.pin, 'copy this');
	assert.equal(times(play(shown, '1', 'c', timer), 'copy'), 0);
});

test('a letter before escape or an arrow was a command', () => {
	const left = play(pinScreen(), 'c', 'escape');
	assert.deepEqual(kinds(left), ['open-link', 'copy', 'drop-link']);
	assert.equal(left.state.screen.name, 'flock');
});

test('an arrow neither types into the field nor leaves it', () => {
	const before = play(pinScreen(), '1');
	for (const key of ['up', 'down', 'left', 'right', 'home', 'pageup']) {
		assert.deepEqual(phaseOf(play(before, key)), phaseOf(before));
	}
});

test('backspace and delete both erase the last character', () => {
	for (const key of ['backspace', 'delete']) {
		const phase = phaseOf(play(pinScreen(), '1', '2', key));
		assert.equal(phase.name === 'awaiting-pin' && phase.pin, '1');
	}
});

test('n asks first, and only a yes voids the link', () => {
	const shown = pinScreen();
	const asked = play(shown, 'n', {type: 'timer', timer: {for: 'letter', attempt: attemptOf(shown)}});
	assert.deepEqual(asked.state.overlay, {name: 'confirm', question: {about: 'new-link'}});
	assert.equal(phaseOf(play(asked, 'n')).name, 'awaiting-pin');
	const renewed = play(asked, 'y');
	assert.equal(phaseOf(renewed).name, 'requesting');
	const replaced = play(renewed, {
		type: 'link',
		attempt: attemptOf(renewed),
		link: linkOf('ferry', 'second'),
	});
	assert.equal(times(replaced, 'open-link'), 1, 'a replacement link was opened');
	const phase = phaseOf(replaced);
	assert.match(phase.name === 'awaiting-pin' ? (phase.note ?? '') : '', /the old one no longer works/);
});

test('a PIN that X was not asked about stays in the field, beside what is wrong', () => {
	const sent = play(pinScreen(), {type: 'paste', text: 'PIN\n'});
	const back = phaseOf(
		play(sent, {
			type: 'pin-failed',
			attempt: attemptOf(sent),
			problem: problemCalled('pin-not-a-pin'),
			alive: true,
		}),
	);
	assert.equal(back.name, 'awaiting-pin');
	assert.equal(back.name === 'awaiting-pin' && back.pin, 'PIN');
	assert.equal(back.name === 'awaiting-pin' && back.problem?.code, 'pin-not-a-pin');
});

test('after a refused PIN a new link is asked for by itself, and it is said what is void', () => {
	const sent = play(pinScreen(), {type: 'paste', text: '1234567\n'});
	const again = play(sent, {
		type: 'pin-failed',
		attempt: attemptOf(sent),
		problem: problemCalled('x-pin-wrong'),
		alive: false,
	});
	assert.equal(again.effects.at(-1)?.type, 'request-link');
	const phase = phaseOf(again);
	assert.equal(
		phase.name === 'requesting' && phase.note,
		'Wrong PIN. Here is a new link; the old one no longer works.',
	);
	const shown = play(again, {type: 'link', attempt: attemptOf(again), link: linkOf('ferry', 'second')});
	assert.equal(times(shown, 'open-link'), 1);
});

test('where nobody knows whether X took the PIN, the message says so', () => {
	const sent = play(pinScreen(), {type: 'paste', text: '1234567\n'});
	const problem = problemCalled('x-timeout', {sentence: 'X did not answer in time.', uncertain: true});
	const phase = phaseOf(play(sent, {type: 'pin-failed', attempt: attemptOf(sent), problem, alive: false}));
	assert.match(phase.name === 'requesting' ? (phase.note ?? '') : '', /have accepted the PIN/);
});

test('what to do about a PIN that failed is said, unless it is a new link, which is there by then', () => {
	const sent = play(pinScreen(), {type: 'paste', text: '1234567\n'});
	const problem = problemCalled('x-refused', {hint: 'Look at the app.'});
	const phase = phaseOf(play(sent, {type: 'pin-failed', attempt: attemptOf(sent), problem, alive: false}));
	assert.match(
		phase.name === 'requesting' ? (phase.note ?? '') : '',
		/ Look at the app\. Here is a new link/,
	);
});

test('a link that failed is asked for again in place', () => {
	const asked = play(flockScreen(), 'enter');
	const failed = play(asked, {type: 'link-failed', attempt: 1, problem: problemCalled('x-network')});
	assert.equal(phaseOf(failed).name, 'failed');
	for (const key of ['enter', 'n']) {
		const again = play(failed, key);
		assert.equal(phaseOf(again).name, 'requesting');
		assert.equal(times(again, 'request-link'), 2);
	}
});

test('the key of a PIN whose screen was left is held, and the person is told', () => {
	const sent = play(pinScreen(), {type: 'paste', text: '1234567\n'});
	const left = play(sent, 'escape');
	assert.equal(left.state.screen.name, 'flock');
	assert.deepEqual(left.effects.at(-1), {type: 'leave', attempt: attemptOf(sent)});
	const told = play(
		{state: left.state, effects: []},
		{
			type: 'exchanged',
			attempt: attemptOf(sent),
			outcome: {
				kind: 'held',
				bot: 'ferry',
				tokenId: 'token of ferry_poem',
				key: keyOf('ferry_poem'),
				reason: 'late',
				otherBot: null,
			},
		},
	);
	assert.equal(told.state.screen.name, 'flock');
	assert.match(told.state.notice?.text ?? '', /@ferry_poem for ferry.*waits for your decision/);
	assert.deepEqual(
		told.effects.map(({type}) => type),
		['read', 'timer'],
	);
});

test('a key that comes after its screen was left is read, and where it could not be saved it is said how to', () => {
	const late = (kind: 'saved' | 'unsaved') => {
		const sent = play(pinScreen(), {type: 'paste', text: '1234567\n'});
		const {state} = play(sent, 'escape');
		const outcome = outcomeOf(kind);
		return play({state, effects: []}, {type: 'exchanged', attempt: attemptOf(sent), outcome});
	};
	assert.equal(late('saved').state.notice?.text, 'The key of @ferry_poem for ferry is saved.');
	assert.equal(
		late('unsaved').state.notice?.text,
		'A key of @ferry_poem for ferry could not be saved. Press enter on ferry to try again.',
	);
});

test('what is in the keystore is read again after each key, saved or held', () => {
	for (const kind of ['saved', 'held'] as const) {
		const {effects} = after(kind);
		assert.deepEqual(effects.at(-1), {type: 'read'}, kind);
	}
});

test('Q shows the link as a QR code, c copies it there, and escape leads back', () => {
	const typed = play(pinScreen(), 'Q');
	const shown = play(typed, {type: 'timer', timer: {for: 'letter', attempt: attemptOf(typed)}});
	assert.equal(shown.state.overlay?.name, 'qr');
	assert.equal(times(play(shown, 'c'), 'copy'), 1);
	const back = play(shown, 'escape');
	assert.equal(back.state.overlay, null);
	assert.equal(phaseOf(back).name, 'awaiting-pin');
});

/** The screen after a PIN's outcome. */
function after(outcome: Parameters<typeof outcomeOf>[0], flock = mixedFlock): Played {
	const sent = play(pinScreen(flock), {type: 'paste', text: '1234567\n'});
	return play(sent, {type: 'exchanged', attempt: attemptOf(sent), outcome: outcomeOf(outcome)});
}

function outcomeOf(kind: 'saved' | 'held' | 'unsaved') {
	const common = {bot: 'ferry', tokenId: 'token of ferry_poem', key: keyOf('ferry_poem')};
	return kind === 'saved'
		? {kind, ...common}
		: kind === 'held'
			? {kind, ...common, reason: 'account-of-another-bot' as const, otherBot: 'harbour'}
			: {kind, ...common, waits: false, problem: problemCalled('keystore-full')};
}

test('a saved key offers the next bot without one, and enter goes there', () => {
	const saved = after('saved');
	assert.equal(phaseOf(saved).name, 'saved');
	const next = play(saved, 'enter');
	assert.equal(next.state.screen.name === 'authorize' && next.state.screen.bot, 'kettle');
	assert.equal(phaseOf(next).name, 'requesting');
});

test('an enter that was held down does not go on from the key that the first one saved', () => {
	const sent = play(pinScreen(), ...'1234567', 'enter');
	const saved = play(sent, {type: 'exchanged', attempt: attemptOf(sent), outcome: outcomeOf('saved')});
	const soon = saved.state.enterAt + 33;
	const held = reduce(saved.state, {type: 'key', key: 'enter'}, soon).state;
	assert.equal(phaseOf({state: held, effects: []}).name, 'saved');
	assert.equal(
		phaseOf({state: reduce(held, {type: 'key', key: 'enter'}, soon + 33).state, effects: []}).name,
		'saved',
	);
	assert.equal(phaseOf(play(held, 'enter')).name, 'requesting');
});

test('a saved key and escape lead back to the flock with its row selected', () => {
	const back = play(after('saved'), 'escape').state;
	assert.equal(back.screen.name, 'flock');
	assert.equal(back.list.selected, 'ferry');
});

test('a held key is kept or discarded on the spot, once', () => {
	const held = after('held');
	assert.equal(phaseOf(held).name, 'conflict');
	const keeping = play(held, 'k', 'k', 'd');
	assert.deepEqual(
		keeping.effects
			.filter(effect => effect.type === 'decide')
			.map(effect => effect.type === 'decide' && effect.keep),
		[true],
	);
	const kept = play(keeping, {
		type: 'decided',
		attempt: attemptOf(keeping),
		kept: true,
		bot: 'ferry',
		tokenId: 'token of ferry_poem',
		key: keyOf('ferry_poem'),
	});
	assert.equal(phaseOf(kept).name, 'saved');
	const discarding = play(held, 'd');
	const gone = play(discarding, {
		type: 'decided',
		attempt: attemptOf(discarding),
		kept: false,
		bot: 'ferry',
		tokenId: 'token of ferry_poem',
		key: keyOf('ferry_poem'),
	});
	assert.equal(gone.state.screen.name, 'flock');
	assert.match(gone.state.notice?.text ?? '', /Discarded @ferry_poem’s key/);
});

test('enter on a bot with a held key leads to the decision, without asking X', () => {
	const {state, effects} = play(flockScreen(), 'down', 'down', 'down', 'enter');
	const phase = phaseOf({state, effects: []});
	assert.equal(phase.name, 'conflict');
	assert.deepEqual(
		effects.filter(effect => effect.type === 'request-link'),
		[],
	);
});

test('a key that could not be saved stays until it is, also after its screen was left', () => {
	const unsaved = after('unsaved');
	assert.equal(phaseOf(unsaved).name, 'unsaved');
	const again = play(unsaved, 'escape', 'enter');
	assert.equal(phaseOf(again).name, 'unsaved');
	const saving = play(again, 'enter');
	assert.equal(saving.effects.at(-1)?.type, 'retry-save');
	const saved = play(saving, {type: 'exchanged', attempt: attemptOf(saving), outcome: outcomeOf('saved')});
	assert.deepEqual(saved.state.unsaved, []);
	assert.equal(phaseOf(saved).name, 'saved');
});

test('quitting with an unsaved key asks first, and a second Ctrl-C is a yes', () => {
	const unsaved = after('unsaved');
	const asked = play(unsaved, 'ctrl+c');
	assert.equal(times(asked, 'end'), 0);
	assert.equal(asked.state.overlay?.name, 'confirm');
	assert.deepEqual(play(asked, 'ctrl+c').effects.at(-1), {type: 'end', exit: {kind: 'ended', exitCode: 130}});
	assert.deepEqual(play(asked, 'y').effects.at(-1), {type: 'end', exit: {kind: 'ended', exitCode: 130}});
});

test('w shows an unsaved key only after a yes', () => {
	const asked = play(after('unsaved'), 'w');
	const revealed = ({state}: Played) => {
		const phase = phaseOf({state, effects: []});
		return phase.name === 'unsaved' && phase.revealed;
	};
	assert.equal(revealed(asked), false);
	assert.equal(revealed(play(asked, 'n')), false);
	assert.equal(revealed(play(asked, 'y')), true);
});

test('a walk goes through every bot that needs a person once, from the selected one round, and ends with a summary', () => {
	const flock = ['ferry', 'harbour', 'kettle', 'moth'].map(name =>
		botCalled(name, name === 'harbour' ? {key: keyOf('harbour_poem')} : {}),
	);
	let played = play(flockScreen(flock), 'down', 'down', 'a');
	const bots: string[] = [];
	for (const what of ['skip', 'fail', 'save']) {
		const {screen} = played.state;
		assert.equal(screen.name, 'authorize');
		const bot = screen.name === 'authorize' ? screen.bot : '';
		bots.push(bot);
		if (what === 'fail') {
			played = play(
				played,
				{type: 'link-failed', attempt: attemptOf(played), problem: problemCalled('x-network')},
				's',
			);
		} else if (what === 'skip') {
			played = play(played, 's');
		} else {
			played = play(
				played,
				{type: 'link', attempt: attemptOf(played), link: linkOf(bot)},
				{type: 'paste', text: '1234567\n'},
			);
			played = play(played, {
				type: 'exchanged',
				attempt: attemptOf(played),
				outcome: {kind: 'saved', bot, tokenId: 'token of some_poem', key: keyOf('some_poem')},
			});
			played = play(played, {
				type: 'read',
				flock: flock.map(one => (one.name === bot ? {...one, key: keyOf('some_poem')} : one)),
				folder,
				app: null,
			});
		}
	}

	assert.deepEqual(bots, ['kettle', 'moth', 'ferry']);
	const {screen} = played.state;
	assert.deepEqual(screen.name === 'summary' && screen.results.map(({bot, kind}) => `${bot} ${kind}`), [
		'kettle skipped',
		'moth failed',
		'ferry made',
	]);
	assert.equal(screen.name === 'summary' && screen.left, 2);
});

test('a goes on from the summary of a walk with the bots that are left', () => {
	const summary = play(flockScreen(), 'a', 's', 's', 'escape').state;
	assert.equal(summary.screen.name, 'summary');
	const {screen} = play(summary, 'a').state;
	assert.ok(screen.name === 'authorize' && screen.walk.walking);
});

test('b goes back to the bot before', () => {
	const second = play(flockScreen(), 'a', 's');
	assert.equal(second.state.screen.name === 'authorize' && second.state.screen.bot, 'kettle');
	const first = play(second, 'b');
	assert.equal(first.state.screen.name === 'authorize' && first.state.screen.bot, 'ferry');
});

test('a walk where every bot has a key says so', () => {
	const {state} = play(flockScreen([botCalled('harbour', {key: keyOf('harbour_poem')})]), 'a');
	assert.equal(state.screen.name, 'flock');
	assert.equal(state.notice?.text, 'All done. No bot needs you.');
});

test('an orphan is not authorized', () => {
	const {state} = play(
		flockScreen([botCalled('gone', {poem: null, status: 'orphan', key: keyOf('gone_poem')})]),
		'enter',
	);
	assert.equal(state.screen.name, 'flock');
	assert.match(state.notice?.text ?? '', /poem of gone is gone/);
});

test('without an app key enter shows the steps to a first key, and there enter or p practises and t sets up', () => {
	const asked = play(flockScreen(mixedFlock, {app: null}), 'enter');
	assert.deepEqual(asked.state.screen, {name: 'first-run', bot: 'ferry'});
	assert.deepEqual(play(asked, 'enter').effects.at(-1), {
		type: 'end',
		exit: {kind: 'practice', bot: 'ferry'},
	});
	assert.deepEqual(play(asked, 'p').effects.at(-1), play(asked, 'enter').effects.at(-1));
	assert.equal(play(asked, 't').state.screen.name, 'setup');
	assert.equal(play(asked, 'escape').state.screen.name, 'flock');
});

test('beside a bad app key the flock is there with its sentence, and only what needs the app stops', () => {
	const read = play(flockScreen(), badAppKey).state;
	const shown = (state: State) =>
		frameLines(state, viewWith())
			.map(({spans}) => spans.map(({text}) => text).join(''))
			.join(' ')
			.replace(/ +/g, ' ');
	const sentence = /TWITTER_CONSUMER_SECRET in the environment has a space or a character that X never uses/;
	assert.match(shown(read), sentence);
	assert.match(shown(play(read, 'down', ' ', 'S').state), sentence, 'it went with a key');
	assert.match(shown(play(read, 'down').state), /kettle/);

	const asked = play(read, 'enter');
	assert.match(shown(asked.state), sentence);
	assert.match(shown(asked.state), /Copy it once more/);
	for (const way of [['t'], ['down', 't'], ['tab', 't']]) {
		const {state, effects} = play(asked, ...way);
		assert.notEqual(state.screen.name, 'setup', way.join());
		assert.ok(effects.every(({type}) => type !== 'request-link'));
	}

	assert.deepEqual(play(asked, 'enter').effects.at(-1), {
		type: 'end',
		exit: {kind: 'practice', bot: 'ferry'},
	});
	const mended = play(read, {...badAppKey, appProblem: undefined} as Action).state;
	assert.doesNotMatch(shown(mended), sentence);
});

test('setup tries the app key as it was pasted, and goes on to the bot once it is saved', () => {
	const setup = play(flockScreen(mixedFlock, {app: null}), 'enter', 't');
	const tried = play(
		setup,
		{type: 'paste', text: 'not-a-real-key\n'},
		{type: 'paste', text: 'not-a-real-secret\r\n'},
		'enter',
	);
	const effects = tried.effects.filter(effect => effect.type === 'try-app');
	assert.equal(effects.length, 1, 'a second enter tried it again');
	assert.equal(effects[0]?.type === 'try-app' && effects[0].consumerSecret.reveal(), 'not-a-real-secret');
	assert.ok(
		!inspect(tried, {depth: 9, showHidden: true}).includes('not-a-real-secret'),
		'the secret shows in the state',
	);
	assert.ok(!JSON.stringify(tried.state).includes('not-a-real-secret'), 'the secret shows in the state');
	const refused = play(tried, {
		type: 'app-refused',
		attempt: attemptOf(tried),
		problem: problemCalled('x-app-key'),
	}).state;
	assert.equal(refused.screen.name === 'setup' && refused.screen.problem?.code, 'x-app-key');
	const saved = play(tried, {
		type: 'app-saved',
		attempt: attemptOf(tried),
		app: {consumerKey: 'not-a-real-key', from: 'setup'},
	});
	assert.equal(phaseOf(saved).name, 'requesting');
});

function refusalOf(appKey: AppKeyInput): FlockError {
	try {
		cleanAppKey(appKey);
	} catch (error) {
		return expected(error);
	}

	throw new Error('the app key was taken');
}

for (const field of ['consumerKey', 'consumerSecret'] as const) {
	test(`an app key that is refused for its ${field} leads to that field, whatever the sentence says`, () => {
		const bad = {consumerKey: 'not-a-real-key', consumerSecret: 'not-a-real-secret', [field]: 'two words'};
		const error = refusalOf(bad);
		const setup = play(
			flockScreen(mixedFlock, {app: null}),
			'enter',
			't',
			{type: 'paste', text: 'a\r\nb\r'},
			'enter',
		);
		const {screen} = play(setup, {
			type: 'app-refused',
			attempt: attemptOf(setup),
			problem: {...problemOf(error), sentence: 'Secret or not.'},
		}).state;
		assert.equal(screen.name === 'setup' && screen.field, field);
	});
}

test('the bot that practice was chosen for is authorized as soon as the flock is read', () => {
	const {state} = {state: flockScreen(mixedFlock, {authorizeFirst: 'kettle'})};
	assert.equal(state.screen.name === 'authorize' && state.screen.bot, 'kettle');
});
