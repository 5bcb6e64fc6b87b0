import {authorizeLines, isInline} from './authorize/view.ts';
import {summaryLines} from './authorize/view-outcome.ts';
import {drawnLine} from './draw/drawn.ts';
import {footerLine} from './draw/footer.ts';
import {blank, cutOff, filled, type Line, line, paragraph, squeeze, toned, type View} from './draw/line.ts';
import {wrap} from './draw/text.ts';
import {flockLines, marksLine, notesLine} from './flock/view.ts';
import {headerLine} from './header.ts';
import {bindingsOf, hasField} from './keymap.ts';
import {bodyRows, footRegions} from './layout.ts';
import {smallest, tooSmall} from './model/room.ts';
import {modeOf, type State} from './model/state.ts';
import {qrLines, qrSentences} from './overlay/view.ts';
import {helpLines} from './overlay/view-help.ts';
import {paletteLines} from './overlay/view-palette.ts';
import {setupLines} from './setup/view.ts';
import {firstRunLines} from './setup/view-first.ts';

/** The whole window as lines, one for each row, as data that `fit` makes no wider than its columns. */
export function frameLines(state: State, view: View): Line[] {
	const {size} = state;
	if (tooSmall(size)) {
		const sentence = `The window is too small: ${size.columns}×${size.rows}, and keymaker needs ${smallest.columns}×${smallest.rows}.`;
		const lines = wrap(sentence, size.columns).map((text, index) => ({
			...line(text),
			say: index === 0 ? sentence : '',
		}));
		return filled(lines, size.rows);
	}

	const beside = qrBeside(state, view);
	if (beside !== null) {
		return filled(beside, size.rows);
	}

	const {panel, notice: said} = footRegions(state, view);
	const rows = bodyRows(state);
	const notice = state.overlay === null && state.screen.name === 'flock' ? orNotes(state, said) : said;
	const body = filled(cutOff(squeeze(bodyLines(state, rows, view), rows), rows), rows);
	const bindings = bindingsOf(state).filter(binding => !isInline(state, binding));
	return filled(
		[headerLine(state), ...body, ...panel, ...notice, footerLine(bindings, size.columns - 1)],
		size.rows,
	);
}

/** The whole window for a terminal: lines with style sequences, none wider than the window. */
export function drawnFrame(state: State, view: View): string {
	return frameLines(state, view)
		.map(line => drawnLine(line, state.size.columns, view.theme).trimEnd())
		.join('\n');
}

/** The least width of the text beside a QR code. */
const narrowestText = 24;

/**
 * The QR code over the full height of the window, with everything else beside it. Only so does a link with a
 * handle fit 24 rows.
 */
function qrBeside(state: State, view: View): Line[] | null {
	const code = qrOf(state, view);
	const {columns, rows} = state.size;
	const room = columns - [...(code[0] ?? '')].length - 1;
	if (state.fixed.spoken || code.length === 0 || code.length > rows || room < narrowestText) {
		return null;
	}

	const narrow: State = {...state, size: {columns: room, rows}};
	const text = qrSentences(state).flatMap(sentence => [blank, ...paragraph(sentence, room)]);
	const all = [...filled([headerLine(narrow), ...text], rows - 1), footerLine(bindingsOf(state), room - 1)];
	const empty = ' '.repeat(columns - room - 1);
	return all.map((right, index) => {
		const part = code[index];
		return {
			...right,
			spans: [part === undefined ? {text: empty} : toned('code', part), {text: ' '}, ...right.spans],
		};
	});
}

function qrOf({overlay, screen}: State, view: View): readonly string[] {
	return overlay?.name === 'qr' && screen.name === 'authorize' && screen.phase.name === 'awaiting-pin'
		? view.qr(screen.phase.link.url)
		: [];
}

/** The terminal's cursor, from 0, in the active field; `null` if there is none. */
export function cursorOf(state: State, view: View): {row: number; column: number} | null {
	if (!hasField(state)) {
		return null;
	}

	const lines = frameLines(state, view);
	const row = lines.findIndex(({cursor}) => cursor !== undefined);
	const column = lines[row]?.cursor ?? 0;
	return row === -1 || column >= state.size.columns ? null : {row, column};
}

/** The marked bots or skipped files, if the line for notices is free. */
function orNotes(state: State, said: Line[]): Line[] {
	const marked = marksLine(state);
	const notes = marked.length > 0 ? marked : notesLine(state);
	return state.notice === null && said.length > 0 && notes.length > 0
		? [...said.slice(0, -1), ...notes]
		: said;
}

function bodyLines(state: State, rows: number, view: View): Line[] {
	const {overlay, screen} = state;
	if (overlay?.name === 'help') {
		return helpLines(state).slice(overlay.top, overlay.top + rows);
	}

	if (overlay?.name === 'palette') {
		return paletteLines(state, overlay, rows);
	}

	if (overlay?.name === 'qr') {
		return qrLines(state, rows, qrOf(state, view));
	}

	if (modeOf({...state, overlay: null}) === 'first-run') {
		return firstRunLines(state);
	}

	switch (screen.name) {
		case 'flock':
		case 'first-run':
			return flockLines(state, rows, view);
		case 'authorize':
			return authorizeLines(state, screen, rows, view);
		case 'setup':
			return setupLines(state, screen, view);
		case 'summary':
			return summaryLines(state, screen);
	}
}
