import {cutOff, type Line, line, paragraph, squeeze, type View} from './draw/line.ts';
import {wrap} from './draw/text.ts';
import {folderSentence} from './flock/empty.ts';
import {poemsAreGone, type Size, type State} from './model/state.ts';
import {helpLines} from './overlay/help.ts';
import {panelLines} from './overlay/view.ts';

/** The smallest window that the screens are made for. */
export const smallest: Size = {columns: 30, rows: 6};

/** From so many columns up the selected poem stands beside the list. */
const wideFrom = 100;

/** From so many rows up a line is kept free for notices, so that nothing jumps when one comes. */
const roomyFrom = 10;

/** Heights do not depend on theme, time or spinner. */
const anyView: View = {
	theme: {unicode: true, colour: false, hyperlinks: false, spinner: ['-']},
	now: 0,
	frame: 0,
	qr: () => [],
	reveal: () => [],
};

/** True where the window is too small to draw anything but a sentence. */
export function tooSmall({columns, rows}: Size): boolean {
	return columns < smallest.columns || rows < smallest.rows;
}

/** True where the selected poem stands beside the list. */
export function previewShown({size, screen, problem, fixed}: State): boolean {
	return (
		!fixed.spoken &&
		size.columns >= wideFrom &&
		!tooSmall(size) &&
		screen.name === 'flock' &&
		problem === null
	);
}

/** The notice as lines; an empty line is kept for it where there is room. */
export function noticeLines({notice, size}: State): Line[] {
	if (notice === null) {
		return size.rows >= roomyFrom ? [{spans: [], say: ''}] : [];
	}

	const most = size.rows >= roomyFrom ? 4 : 2;
	const tone = notice.tone === 'good' ? 'good' : notice.tone === 'bad' ? 'bad' : 'accent';
	return cutOff(
		wrap(notice.text, size.columns - 2).map((text, index) => ({
			...line({text: ` ${text}`, tone}),
			say: index === 0 ? notice.text : '',
		})),
		most,
	);
}

/** What is wrong with the app key, as long as that is so: the flock is there without it. */
function appProblemLines({appProblem, screen, size}: State): Line[] {
	return appProblem === null || screen.name !== 'flock' || size.rows < roomyFrom
		? []
		: cutOff(paragraph(appProblem.sentence, size.columns, {tone: 'warn'}), 2);
}

/** Why every bot is an orphan, as long as that is so. */
function folderProblemLines(state: State): Line[] {
	const {screen, size} = state;
	return poemsAreGone(state) && screen.name === 'flock'
		? cutOff(paragraph(folderSentence(state), size.columns, {tone: 'warn'}), size.rows < roomyFrom ? 1 : 2)
		: [];
}

/** True where the filter has a line of its own. */
export function filterShown({list, overlay}: State): boolean {
	return overlay?.name === 'filter' || list.filter !== '';
}

/** What stands between the body and the footer: a panel, cut down to what a small window has room for, and the notice. */
export function footRegions(state: State, view: View = anyView): {panel: Line[]; notice: Line[]} {
	const {rows} = state.size;
	const panel = cutOff(squeeze(panelLines(state, view), rows - 2), rows - 2);
	// A QR code needs every row that there is.
	const crowded = (panel.length > 0 && rows < roomyFrom) || state.overlay?.name === 'qr';
	return {
		panel,
		notice: crowded ? [] : [...folderProblemLines(state), ...appProblemLines(state), ...noticeLines(state)],
	};
}

/** The rows between the header and whatever stands at the foot. */
export function bodyRows(state: State): number {
	const {panel, notice} = footRegions(state);
	return Math.max(0, state.size.rows - 2 - panel.length - notice.length);
}

/** The rows of the list. */
export function listRows(state: State): number {
	return Math.max(1, bodyRows(state) - (filterShown(state) ? 1 : 0));
}

/** All lines of the help. */
export function helpRows(state: State): Line[] {
	return helpLines(state);
}

/** How many lines of the help are seen at once. */
export function helpHeight(state: State): number {
	return Math.max(1, bodyRows(state));
}
