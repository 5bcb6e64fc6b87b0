import type {Bot} from '../../source/flock/flock.ts';
import {emptyRecord, type HeldInfo, type KeyInfo} from '../../source/flock/key.ts';
import type {Link} from '../../source/keymaker/keymaker.ts';
import type {Line, View} from '../../source/tui/draw/line.ts';
import {type Theme, themeOf} from '../../source/tui/draw/theme.ts';
import type {Action, Effect} from '../../source/tui/model/action.ts';
import type {Problem} from '../../source/tui/model/problem.ts';
import {type Fixed, initialState, type Size, type State} from '../../source/tui/model/state.ts';
import {advance} from '../../source/tui/store.ts';

// Days are the person's own, and who uses the program in the tests lives here.
process.env.TZ = 'UTC';

/** The time at which the tests take place: 25 November 2026. */
export const noon = Date.parse('2026-11-25T12:00:00Z');

/** What a program that practises knows from its start. */
export const fixed: Fixed = {
	flock: 'bots',
	mouse: true,
	poemsPath: '/home/somebody/bots/poems',
	poemsName: './poems',
	keystorePath: '/home/somebody/.config/keymaker/bots.json',
	practice: true,
	deadlineSeconds: 15,
	warning: null,
	callbackPort: 'never',
	whyNotOpen: null,
	spoken: false,
	authorizeFirst: null,
	shared: false,
};

/** The theme of an ordinary terminal. */
export const theme: Theme = themeOf({LANG: 'C.UTF-8', TERM: 'xterm-256color'});

/** What drawing needs. */
export function viewWith(changes: Partial<View> = {}): View {
	return {
		theme,
		now: noon,
		frame: 0,
		qr: () => Array.from({length: 20}, () => '█'.repeat(39)),
		reveal: () => ['Access Token:', '1-not-a-real-token', 'Access Token Secret:', 'not-a-real-secret'],
		...changes,
	};
}

/** What stands on lines, without their styles. */
export function textOf(lines: readonly Line[]): string[] {
	return lines.map(({spans}) => spans.map(({text}) => text).join(''));
}

/** A key's public part. */
export function keyOf(handle: string, changes: Partial<KeyInfo> = {}): KeyInfo {
	return {
		userId: `10${handle.length}${handle.codePointAt(0)}`,
		handle,
		consumerKey: 'practice-not-a-real-key-0001',
		accessLevel: 'read-write',
		authorizedAt: '2026-11-22T09:00:00.000Z',
		checkedAt: '2026-11-25T09:00:00.000Z',
		rejected: false,
		...changes,
	};
}

/** A held key's public part. */
export function heldOf(handle: string, changes: Partial<KeyInfo> = {}): HeldInfo {
	return {tokenId: `token of ${handle}`, key: keyOf(handle, changes), reason: 'other-handle'};
}

/** A bot without a key, or as wanted. */
export function botCalled(name: string, changes: Partial<Bot> = {}): Bot {
	const status = changes.key == null ? 'no-key' : 'ready';
	return {
		...emptyRecord,
		name,
		poem: {bot: name, file: `${name}.txt`, path: `/home/somebody/bots/poems/${name}.txt`},
		status,
		...changes,
	};
}

/** A flock with every status, and with names that are hard to draw. */
export const mixedFlock: readonly Bot[] = [
	botCalled('ferry'),
	botCalled('harbour', {key: keyOf('harbour_poem')}),
	botCalled('kettle'),
	botCalled('ladder', {
		status: 'held',
		expectedHandle: 'ladder_poem',
		held: [heldOf('someone_else')],
	}),
	botCalled('lamplight', {key: keyOf('lamplight_p', {accessLevel: 'read'}), status: 'read-only'}),
	botCalled('moth', {key: keyOf('moth_poem', {rejected: true}), status: 'rejected'}),
	botCalled('n'.repeat(300)),
	botCalled('other', {
		key: keyOf('other_poem', {consumerKey: 'not-a-real-other-app-9999'}),
		status: 'other-app',
	}),
	botCalled('gone', {key: keyOf('gone_poem'), status: 'orphan', poem: null}),
	botCalled('\u001B]0;title\u0007\r\n\u202Eevil'),
	botCalled('俳句', {key: keyOf('haiku')}),
	botCalled('👩‍👩‍👧‍👦 family'),
];

/** A link as the keymaker gives it. */
export function linkOf(bot: string, id = 'not-a-real-token-1'): Link {
	return {
		id,
		bot,
		url: `https://api.x.com/oauth/authorize?oauth_token=${id}&force_login=true&screen_name=harbour_poem`,
		expectedHandle: 'harbour_poem',
		app: {consumerKey: 'practice-not-a-real-key-0001', from: 'practice'},
		callback: null,
		pinInstead: null,
	};
}

/** Something that went wrong. */
export function problemCalled(code: Problem['code'], changes: Partial<Problem> = {}): Problem {
	return {
		code,
		sentence: 'Wrong PIN.',
		hint: 'Paste the PIN that the new link leads to.',
		label: `${code} · 401`,
		uncertain: false,
		field: null,
		replaceable: false,
		...changes,
	};
}

/** The flock is read, and the app's key in the environment is malformed. */
export const badAppKey: Action = {
	type: 'read',
	flock: mixedFlock,
	folder: {path: fixed.poemsPath, poems: [], notes: [], problem: null},
	app: null,
	appProblem: problemCalled('bad-app-key', {
		sentence: 'TWITTER_CONSUMER_SECRET in the environment has a space or a character that X never uses.',
		hint: 'Copy it once more.',
		label: 'bad-app-key',
	}),
};

/** What was played: the state at the end, and every effect on the way. */
export type Played = {state: State; effects: Effect[]};

/** Plays actions, a second apart, so that none counts as a key held down; strings are single keys. */
export function play(start: State | Played, ...actions: readonly (Action | string)[]): Played {
	const before: Played = 'effects' in start ? start : {state: start, effects: []};
	let {state} = before;
	const effects = [...before.effects];
	for (const action of actions) {
		const full: Action = typeof action === 'string' ? {type: 'key', key: action} : action;
		const done = advance(state, full, Math.max(noon, state.enterAt, state.handedInAt) + 1000);
		state = done.state;
		effects.push(...done.effects);
	}

	return {state, effects};
}

/** The flock screen after the first reading, with the first bot selected. */
export function flockScreen(
	flock: readonly Bot[] = mixedFlock,
	{
		size = {columns: 80, rows: 24},
		app = 'practice',
		...changes
	}: Partial<Fixed> & {size?: Size; app?: 'practice' | null} = {},
): State {
	return play(
		initialState({...fixed, ...changes}, size),
		{
			type: 'read',
			flock,
			folder: {path: fixed.poemsPath, poems: [], notes: [], problem: flock.length === 0 ? 'empty' : null},
			app: app === null ? null : {consumerKey: 'practice-not-a-real-key-0001', from: app},
		},
		'home',
	).state;
}

/** The screen that waits for the PIN of a bot's link. */
export function pinScreen(
	flock: readonly Bot[] = mixedFlock,
	options: Parameters<typeof flockScreen>[1] = {},
): Played {
	const asked = play(flockScreen(flock, options), 'enter');
	const {screen} = asked.state;
	if (screen.name !== 'authorize') {
		throw new Error(`enter led to ${screen.name}`);
	}

	return play(
		{state: asked.state, effects: []},
		{type: 'link', attempt: screen.attempt, link: linkOf(screen.bot)},
	);
}

/** The attempt under way. */
export function attemptOf({state}: Played): number {
	return state.attempts;
}

/** The phase of the authorization on the screen. */
export function phaseOf({state}: Played) {
	if (state.screen.name !== 'authorize') {
		throw new Error(`the screen is ${state.screen.name}`);
	}

	return state.screen.phase;
}
