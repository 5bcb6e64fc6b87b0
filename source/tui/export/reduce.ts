import type {FormatName} from '../../bundles/formats.ts';
import type {Action} from '../model/action.ts';
import type {Command} from '../model/binding.ts';
import {inserted} from '../model/field.ts';
import {chosen} from '../model/list.ts';
import type {Problem} from '../model/problem.ts';
import type {ExportDraft, Overlay, State} from '../model/state.ts';
import {notify, type Step, step} from '../model/step.ts';
import {count, names, oneLine} from '../model/text.ts';

/** Each format's default destination and its description. */
export const exportFormats: Readonly<Record<FormatName, {path: string; note: string}>> = {
	bundle: {path: 'keys/', note: 'a .json file for each bot'},
	dotenv: {path: 'keys/', note: 'an .env file for each bot'},
	twurl: {path: 'keys/twurlrc', note: 'one file, as ~/.twurlrc'},
	t: {path: 'keys/trc', note: 'one file, as ~/.trc'},
	xurl: {path: 'keys/xurl.yml', note: 'one file, as ~/.xurl/auth.yml'},
	twarc: {path: 'keys/twarc.ini', note: 'one file, as ~/.twarc'},
	json: {path: 'keys/keys.json', note: 'one file that holds everything'},
};

const formats = Object.keys(exportFormats) as FormatName[];

type ExportOverlay = Overlay & {name: 'export'};

/** Opens the export of the marked bots, else of the selected one. */
export function askToExport(state: State): Step {
	const bots = chosen(state).filter(bot => bot.key !== null);
	return bots.length === 0
		? notify(state, 'No active key to export.')
		: opened(state, {
				bots: bots.map(bot => bot.name),
				format: 'bundle',
				path: exportFormats.bundle.path,
				ownPath: false,
			});
}

/** Carries out a command of the export. */
export function exportCommand(state: State, overlay: ExportOverlay, command: Command): Step {
	if (command === 'close') {
		return step({...state, overlay: null});
	}

	if (overlay.attempt !== null) {
		return step(state);
	}

	const {draft} = overlay;
	switch (command) {
		case 'accept':
			return draft.path.trim() === ''
				? notify(state, 'Type the file or folder to write.')
				: write(state, draft, false);
		case 'next-format':
			return opened(state, withFormat(draft, 1));
		case 'previous-format':
			return opened(state, withFormat(draft, -1));
		default:
			return step(state);
	}
}

/** Adds typed or pasted text to the path. */
export function exportText(state: State, {draft, attempt}: ExportOverlay, text: string): Step {
	const typed = text === ' ' ? ' ' : oneLine(text);
	return attempt === null
		? step(withExportPath(state, draft, inserted({text: draft.path, after: state.caret}, typed)))
		: step(state);
}

/** The state with another path in the export's field. */
export function withExportPath(state: State, draft: ExportDraft, path: string): State {
	return opened(state, {...draft, path, ownPath: true}).state;
}

/** Overwrites the other file, after the person says yes. */
export function exportAnyway(state: State, draft: ExportDraft): Step {
	return write(state, draft, true);
}

/** Returns to the export, after the person says no. */
export function exportAgain(state: State, draft: ExportDraft): Step {
	return opened(state, draft);
}

/** Handles an export's result. */
export function exportResult(state: State, action: Action): Step {
	const {overlay} = state;
	const current = overlay?.name === 'export' && 'attempt' in action && overlay.attempt === action.attempt;
	if (action.type === 'exported') {
		const {keys, files, notes} = action;
		const done = `${count(keys, 'key')} written to ${names(files)}: whoever reads ${files.length === 1 ? 'it' : 'them'} can post.`;
		return notify(
			current ? {...state, overlay: null} : state,
			[done, ...notes].join(' '),
			notes.length > 0 ? 'plain' : 'good',
		);
	}

	if (action.type !== 'export-failed') {
		return step(state);
	}

	const {draft, problem} = action;
	if (!current) {
		return notify(state, `${problem.sentence} ${nextStep(problem)}`, 'bad');
	}

	return problem.replaceable
		? step({
				...state,
				overlay: {name: 'confirm', question: {about: 'overwrite', draft, sentence: problem.sentence}},
			})
		: step({
				...state,
				overlay: {name: 'export', draft, attempt: null, problem: {...problem, hint: nextStep(problem)}},
			});
}

function write(state: State, draft: ExportDraft, force: boolean): Step {
	const attempt = state.attempts + 1;
	return step(
		{...state, attempts: attempt, overlay: {name: 'export', draft, attempt, problem: null}},
		{type: 'export', attempt, draft, force},
	);
}

function opened(state: State, draft: ExportDraft): Step {
	return step({...state, overlay: {name: 'export', draft, attempt: null, problem: null}});
}

function withFormat(draft: ExportDraft, by: number): ExportDraft {
	const index = (formats.indexOf(draft.format) + by + formats.length) % formats.length;
	const format = formats[index] ?? 'bundle';
	return {...draft, format, path: draft.ownPath ? draft.path : exportFormats[format].path};
}

/** The hint; what it says about the destination is in the command line's words. */
function nextStep({hint, field}: Problem): string {
	return field === 'out' ? 'Choose another place.' : hint;
}
