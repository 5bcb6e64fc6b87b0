import {visible} from '../flock/visible.ts';
import {stepRows} from './authorize/view.ts';
import {cutOff, type Line, line, paragraph, squeeze, type View} from './draw/line.ts';
import {wrap} from './draw/text.ts';
import {exportPanel} from './export/view.ts';
import {flockParts} from './model/room.ts';
import {poemsAreGone, type Room, type State} from './model/state.ts';
import {panelLines} from './overlay/view.ts';
import {helpLines} from './overlay/view-help.ts';

/** From this many rows, one line is reserved for notices, so that nothing moves when one comes. */
const roomyFrom = 10;

/** Heights do not depend on theme, time or spinner. */
const anyView: View = {
	theme: {unicode: true, colour: false, hyperlinks: false, spinner: ['-']},
	now: 0,
	frame: 0,
	qr: () => [],
	reveal: () => [],
};

/** The notice's lines; an empty line is reserved for it if there is room. */
export function noticeLines(state: State): Line[] {
	const {notice, size} = state;
	if (notice === null) {
		return size.rows >= roomyFrom ? [{spans: [], say: ''}] : [];
	}

	// A notice disappears by itself, so it must not push a link off the screen meanwhile.
	const beside = size.rows - 2 - stepRows(state, anyView);
	const most = Math.max(1, Math.min(size.rows >= roomyFrom ? 4 : 2, beside));
	const tone = notice.tone === 'good' ? 'good' : notice.tone === 'bad' ? 'bad' : 'accent';
	return cutOff(
		wrap(notice.text, size.columns - 2).map((text, index) => ({
			...line({text: ` ${text}`, tone}),
			say: index === 0 ? notice.text : '',
		})),
		most,
	);
}

/** The problem with the app key, as long as it lasts: the flock works without it. */
function appProblemLines({appProblem, screen, size, flock}: State): Line[] {
	return appProblem === null || screen.name !== 'flock' || flock?.length === 0 || size.rows < roomyFrom
		? []
		: cutOff(paragraph(appProblem.sentence, size.columns, {tone: 'warn'}), 2);
}

/** The problem with the folder of poems, if there are keys. */
function folderSentence({folder, fixed}: State): string {
	const path = visible(fixed.poemsPath);
	switch (folder?.problem) {
		case 'missing':
			return `No poems: there is no folder ${path}. The keys are kept.`;
		case 'not-a-folder':
			return `No poems: not a folder, ${path}. The keys are kept.`;
		case 'unreadable':
			return `No poems: cannot read ${path}. The keys are kept.`;
		default:
			return `No poems in ${path}. The keys are kept.`;
	}
}

/** Why every bot is an orphan, as long as that lasts. */
function folderProblemLines(state: State): Line[] {
	const {screen, size} = state;
	return poemsAreGone(state) && screen.name === 'flock'
		? cutOff(paragraph(folderSentence(state), size.columns, {tone: 'warn'}), size.rows < roomyFrom ? 1 : 2)
		: [];
}

/** That the keystore is unreachable, and how old the list is, as long as that lasts. */
function awayLines({away, screen, size}: State): Line[] {
	return away === null || screen.name !== 'flock'
		? []
		: cutOff(
				paragraph(`The list is as it was ${away.since}. ${away.problem.sentence}`, size.columns, {
					tone: 'warn',
				}),
				size.rows < roomyFrom ? 1 : 2,
			);
}

/** What is between the body and the footer: a panel, cut to fit a small window, and the notice. */
export function footRegions(state: State, view: View = anyView): {panel: Line[]; notice: Line[]} {
	const {rows} = state.size;
	const panel = cutOff(squeeze(panelOf(state, view), rows - 2), rows - 2);
	// A QR code needs all rows.
	const crowded = (panel.length > 0 && rows < roomyFrom) || state.overlay?.name === 'qr';
	return {
		panel,
		notice: crowded
			? []
			: [...awayLines(state), ...folderProblemLines(state), ...appProblemLines(state), ...noticeLines(state)],
	};
}

function panelOf(state: State, view: View): Line[] {
	const {overlay} = state;
	return overlay?.name === 'export' ? exportPanel(state, overlay) : panelLines(state, view);
}

/** The rows between the header and the foot. */
export function bodyRows(state: State): number {
	const {panel, notice} = footRegions(state);
	return Math.max(0, state.size.rows - 2 - panel.length - notice.length);
}

/** The rows of the list. */
export function listRows(state: State): number {
	const {bar, gap, filter, heads, place} = flockParts(state);
	return Math.max(1, bodyRows(state) - bar - gap - filter - heads - place);
}

/** What the reducer knows of a state's frame. */
export function roomOf(state: State): Room {
	const {bar, gap, filter, heads} = flockParts(state);
	const {notice} = footRegions(state);
	return {
		list: listRows(state),
		listTop: 1 + bar + gap + filter + heads,
		body: bodyRows(state),
		panelEnd: state.size.rows - 1 - notice.length,
		help: state.overlay?.name === 'help' ? helpLines(state).length : 0,
	};
}
