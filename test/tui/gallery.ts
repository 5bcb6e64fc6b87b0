import type {Size, State} from '../../source/tui/model/state.ts';
import {
	attemptOf,
	badAppKey,
	botCalled,
	fixed,
	flockScreen,
	heldOf,
	keyOf,
	linkOf,
	mixedFlock,
	noon,
	type Played,
	pinScreen,
	play,
	problemCalled,
} from './support.ts';

const long = problemCalled('x-network', {
	sentence: 'The connection to X broke off before an answer came (ECONNRESET). Nothing is lost by it.',
	hint: 'Look after the network, then try again with enter. keymaker doctor looks at name, TLS, proxy and clock.',
});
const timer = (state: State) => ({
	type: 'timer' as const,
	timer: {for: 'letter' as const, attempt: state.attempts},
});

/** A host that a bot is granted to. */
function hostOf(name: string) {
	return {name, recipient: `age1${'q'.repeat(58)}`, at: '2026-11-22T09:00:00.000Z'};
}

/** Every screen in a window of this size, by name. */
export function gallery({columns, rows}: Size): Readonly<Record<string, State>> {
	const name = `${columns}×${rows}`;
	const made = galleries.get(name) ?? galleryOf({columns, rows});
	galleries.set(name, made);
	return made;
}

/** Every state is made once for each size, since none is changed in place. */
const galleries = new Map<string, Readonly<Record<string, State>>>();

function galleryOf(size: Size): Record<string, State> {
	const flock = flockScreen(mixedFlock, {size});
	const sharing = flockScreen(
		mixedFlock.map(bot => (bot.key === null ? bot : {...bot, grants: [hostOf('web1'), hostOf('berlin')]})),
		{size, shared: true},
	);
	const pin = pinScreen(mixedFlock, {size});
	const openedIn = (window: 'own' | 'ordinary') =>
		play(pin, {type: 'opened', opened: {url: linkOf('ferry').url, window}}).state;
	const sent = play(pin, {type: 'paste', text: '1234567\n'});
	const walking = play(flock, 'a');
	const walked = play(
		walking,
		{type: 'link', attempt: attemptOf(walking), link: linkOf('ferry')},
		{type: 'paste', text: '1234567'},
	);
	const skippedOne = play(walking, 's');
	const second = play(
		skippedOne,
		{type: 'link', attempt: attemptOf(skippedOne), link: linkOf('kettle')},
		{type: 'paste', text: '1234567'},
	);
	const attempt = attemptOf(sent);
	const outcome = {bot: 'ferry', tokenId: 'token of ferry_poem', key: keyOf('ferry_poem')};
	// The account of another bot of the flock.
	const taken = {bot: 'ferry', tokenId: 'token of harbour_poem', key: keyOf('harbour_poem')};
	const exchanged = (more: {kind: 'saved'} | {kind: 'held'} | {kind: 'unsaved'; waits?: boolean}) =>
		play(sent, {
			type: 'exchanged',
			attempt,
			outcome:
				more.kind === 'held'
					? {kind: 'held', ...taken, reason: 'account-of-another-bot', otherBot: 'harbour'}
					: more.kind === 'unsaved'
						? {
								kind: 'unsaved',
								waits: more.waits ?? false,
								...outcome,
								problem: problemCalled('keystore-full', {sentence: 'The disk is full.'}),
							}
						: {kind: 'saved', ...outcome},
		}).state;
	const discardedOf = (exchanging: Played, bot: string) =>
		play(
			exchanging,
			{
				type: 'exchanged',
				attempt: attemptOf(exchanging),
				outcome: {kind: 'held', ...taken, bot, reason: 'account-of-another-bot', otherBot: 'harbour'},
			},
			'd',
			{type: 'decided', attempt: attemptOf(exchanging) + 1, kept: false, ...taken, bot},
		).state;
	const ownApp: State = {...flock, app: {consumerKey: 'not-a-real-key-0001', from: 'setup'}};
	const failed = play(play(flock, 'enter'), {type: 'link-failed', attempt: 1, problem: long}).state;
	const skipped = play(flock, 'a', 's', 's', 'escape').state;
	const empty = (problem: 'missing' | 'empty' | 'unreadable' | 'not-a-folder') =>
		play(flockScreen([], {size}), {
			type: 'read',
			flock: [],
			folder: {path: fixed.poemsPath, poems: [], notes: [], problem},
			app: null,
		}).state;
	const choose = play(flockScreen(mixedFlock, {size, app: null}), 'enter').state;
	const setup = play(
		choose,
		't',
		{type: 'paste', text: 'not-a-real-key\n'},
		{type: 'paste', text: 'not-a-real-secret'},
	).state;
	const noted = play(flock, {
		type: 'read',
		flock: mixedFlock,
		folder: {
			path: fixed.poemsPath,
			poems: [],
			notes: [{file: 'ode\u001B[2J.TXT', sentence: 'It clashes with another file.'}],
			problem: null,
		},
		app: null,
	}).state;
	const withoutApp = play(flock, badAppKey).state;
	return {
		'the flock': flock,
		'the flock beside a bad app key': withoutApp,
		'the first steps beside a bad app key': play(withoutApp, 'enter').state,
		'the flock with a poem': play(flock, 'down', {
			type: 'poem',
			bot: 'harbour',
			text: {
				lines: ['The boats are in. Each one has turned', '', 'x'.repeat(300), '俳句'.repeat(80)],
				note: null,
				more: true,
			},
		}).state,
		'the flock with notes': noted,
		'the flock with something to undo': play(flock, {
			type: 'forgot',
			how: 'forget',
			bots: ['kettle'],
			shared: [],
			problem: null,
		}).state,
		'the flock with a poem that links elsewhere': play(flock, {
			type: 'poem',
			bot: 'ferry',
			text: {lines: [], note: null, more: false, elsewhere: '/elsewhere/ferry.txt'},
		}).state,
		'the flock of 10,000': flockScreen(
			Array.from({length: 10_000}, (_, index) => botCalled(`bot ${index}`)),
			{size},
		),
		'a filter': play(flock, '/', 'm').state,
		'a filter that nothing passes': play(flock, '/', ...'zzz'.repeat(30)).state,
		'the expected handle': play(flock, 'e', ...'somebody').state,
		'the question before a check': play(flock, '*', 'C').state,
		'a check': play(flock, '*', 'C', 'y').state,
		'a check that X wants to pause': play(flock, '*', 'C', 'y', {
			type: 'check-pause',
			attempt: 1,
			until: noon + 15 * 60_000,
		}).state,
		'the check of one': play(flock, 'down', 'C').state,
		'the hosts dialog': play(sharing, 'down', 'h').state,
		'the hosts dialog for several': play(sharing, 'space', 'space', 'space', 'h').state,
		'the field of a new host': play(sharing, 'down', 'h', 'up', 'enter', {
			type: 'paste',
			text: 'age1nobody web1',
		}).state,
		'the flock on a host': {...flock, others: 3},
		'the forget dialog': play(flock, 'down', 'f').state,
		'the forget dialog for several': play(flock, 'space', 'space', 'space', 'f').state,
		'a revocation of several': play(
			play(flock, 'down', 'm', 'down', 'down', 'm', 'm', 'f', 'up', 'enter'),
			{type: 'revoked', bot: 'harbour', problem: null},
			{type: 'revoked', bot: 'lamplight', problem: long},
		).state,
		'a revocation': play(flock, 'down', 'f', 'up', 'enter').state,
		'bots that are marked': play(flock, 'space', 'space').state,
		'an export': play(flock, 'down', 'x').state,
		'an export with a problem': play(flock, 'down', 'x', 'enter', {
			type: 'export-failed',
			attempt: 1,
			draft: {bots: ['harbour'], format: 'bundle', path: 'keys/', ownPath: false},
			problem: problemCalled('export-unwritable', {sentence: 'Cannot write keys/: EACCES.'}),
		}).state,
		'the question before an export writes over something': play(flock, 'down', 'x', 'enter', {
			type: 'export-failed',
			attempt: 1,
			draft: {bots: ['harbour'], format: 'twurl', path: 'notes', ownPath: true},
			problem: problemCalled('export-exists', {
				sentence: '/home/somebody/bots/notes already exists and is not a twurl file.',
				hint: 'Choose another --out, or overwrite it with --force.',
				field: 'out',
				replaceable: true,
			}),
		}).state,
		'a long notice': play(flock, {type: 'notice', text: `${long.sentence} ${long.hint}`, tone: 'bad'}).state,
		'the help': play(flock, '?').state,
		'all of the help': play(flock, '?', '?').state,
		'the help, scrolled': play(flock, '?', '?', 'end').state,
		'the help for the link': play(pin, '?', timer(pin.state)).state,
		'the commands': play(flock, ':').state,
		'the commands, filtered': play(flock, ':', ...'chk', 'down').state,
		'a check with answers': play(
			flock,
			'*',
			'C',
			'y',
			{type: 'checked', attempt: 1, bot: 'harbour', problem: null},
			{type: 'checked', attempt: 1, bot: 'moth', problem: {...long, rejected: true}},
			{type: 'checked', attempt: 1, bot: 'lamplight', problem: {...long, rejected: false}},
		).state,
		'a folder that is missing': empty('missing'),
		'a folder that is empty': empty('empty'),
		'a folder that cannot be read': empty('unreadable'),
		'a file for a folder': empty('not-a-folder'),
		'a damaged keystore': play(flock, {
			type: 'read-failed',
			problem: problemCalled('keystore-damaged', {hint: long.hint}),
		}).state,
		'a link asked for': play(flock, 'enter').state,
		'the link of a walk’s second bot, asked for': skippedOne.state,
		'the link': pin.state,
		'the link in a window of its own': openedIn('own'),
		'the link in an ordinary window': openedIn('ordinary'),
		'the link with a PIN': play(pin, ...'1234567').state,
		'the link with something long in the field': play(pin, {type: 'paste', text: 'no PIN at all '.repeat(40)})
			.state,
		'the link with a problem': play(sent, {
			type: 'pin-failed',
			attempt,
			problem: problemCalled('pin-not-a-pin', {hint: long.hint}),
			alive: true,
		}).state,
		'the question before a new link': play(pin, 'n', timer(pin.state)).state,
		'the QR code': play(pin, 'Q', timer(pin.state)).state,
		'a PIN on its way': sent.state,
		'a refused PIN': play(sent, {
			type: 'pin-failed',
			attempt,
			problem: {...long, uncertain: true},
			alive: false,
		}).state,
		'a link that failed': failed,
		'a link that failed, on a walk': play(skippedOne, {
			type: 'link-failed',
			attempt: attemptOf(skippedOne),
			problem: long,
		}).state,
		'a link that failed for the app’s key': play(play(ownApp, 'enter'), {
			type: 'link-failed',
			attempt: 1,
			problem: problemCalled('x-app-key'),
		}).state,
		'a held key': exchanged({kind: 'held'}),
		'a held key that the browser came back with': play(
			flockScreen([botCalled('ferry', {held: [{...heldOf('ant'), reason: 'by-callback'}]})], {size}),
			'enter',
		).state,
		'several held keys': play(
			flockScreen(
				[
					botCalled('ferry', {
						key: keyOf('ferry_poem'),
						held: ['ant', 'bee', 'x'.repeat(200), 'cat'].map(one => heldOf(one)),
					}),
				],
				{size},
			),
			'enter',
			'down',
		).state,
		'a discarded key': discardedOf(walked, 'ferry'),
		'a discarded key of a walk’s second bot': discardedOf(second, 'kettle'),
		'a walk’s next link': play(
			walked,
			{type: 'exchanged', attempt: attemptOf(walked), outcome: {kind: 'saved', ...outcome}},
			{type: 'link', attempt: attemptOf(walked) + 1, link: linkOf('kettle')},
		).state,
		'the end of a walk': play(
			flockScreen([botCalled('ferry'), botCalled('kettle')], {size}),
			'a',
			's',
			{type: 'link', attempt: 2, link: linkOf('kettle')},
			{type: 'paste', text: '1234567'},
			{type: 'exchanged', attempt: 3, outcome: {kind: 'saved', ...outcome, bot: 'kettle'}},
		).state,
		'a saved key': exchanged({kind: 'saved'}),
		'an unsaved key': exchanged({kind: 'unsaved'}),
		'an unsaved key, shown': play(exchanged({kind: 'unsaved'}), 'w', 'y').state,
		'a waiting key': exchanged({kind: 'unsaved', waits: true}),
		'a database that is away': play(flock, {
			type: 'read-failed',
			problem: {...long, code: 'keystore-unreachable'},
		}).state,
		'the question before quitting': play(exchanged({kind: 'unsaved'}), 'ctrl+c').state,
		'the summary': skipped,
		'the first steps without an app': choose,
		setup,
		'setup, refused': play(setup, 'enter', {
			type: 'app-refused',
			attempt: setup.attempts + 1,
			problem: problemCalled('x-app-key', {hint: long.hint}),
		}).state,
	};
}
