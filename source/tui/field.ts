import {withPhase} from './authorize/begin.ts';
import {withExportPath} from './export/reduce.ts';
import type {Command} from './model/binding.ts';
import {type Edit, edited, edits, type Field} from './model/field.ts';
import {withFilter} from './model/list.ts';
import type {State} from './model/state.ts';
import {fieldText, withFieldText} from './setup/reduce.ts';

/** A state's active field, and the state with another text in it; `null` if there is none. */
type ActiveField = {field: Field; set(text: string): State};

/** True for a command that edits a field. */
export function isEdit(command: Command): command is Edit {
	return (edits as readonly Command[]).includes(command);
}

/** Edits the active field, if there is one. */
export function editField(state: State, edit: Edit): State {
	const active = activeField(state);
	if (active === null) {
		return state;
	}

	const {text, after} = edited(active.field, edit);
	// Editing clears the field's error, even if there was nothing to erase.
	const isMove = /^(?:cursor|word)-/.test(edit);
	return {...(isMove ? state : active.set(text)), caret: after};
}

function activeField(state: State): ActiveField | null {
	const {overlay, caret} = state;
	const over = (text: string, set: (text: string) => State): ActiveField => ({
		field: {text, after: caret},
		set,
	});
	switch (overlay?.name) {
		case undefined:
			return fieldOfScreen(state);
		case 'filter':
			return over(state.list.filter, text => withFilter(state, text));
		case 'handle':
		case 'grant':
			return over(overlay.text, text => ({...state, overlay: {...overlay, text, problem: null}}));
		case 'palette':
			return over(overlay.text, text => ({...state, overlay: {...overlay, text, selected: 0}}));
		case 'export':
			return overlay.attempt === null
				? over(overlay.draft.path, path => withExportPath(state, overlay.draft, path))
				: null;
		default:
			return null;
	}
}

function fieldOfScreen(state: State): ActiveField | null {
	const {screen, caret: after} = state;
	if (screen.name === 'authorize' && screen.phase.name === 'awaiting-pin') {
		const {phase} = screen;
		return {
			field: {text: phase.pin, after},
			set: pin => withPhase(state, screen, {...phase, pin, problem: null}),
		};
	}

	if (screen.name !== 'setup' || screen.tryingSince !== null) {
		return null;
	}

	return {
		field: {text: fieldText(screen), after},
		set: text => ({...state, screen: withFieldText(screen, text)}),
	};
}
