import {visible} from '../flock/visible.ts';
import {columnsOf, cut} from '../flock/width.ts';
import {ends, type Line, type Span, toned} from './draw/line.ts';
import type {AuthorizeScreen} from './model/authorization.ts';
import {flockParts, helpPlace} from './model/room.ts';
import {inMemoryOnly, type State} from './model/state.ts';
import {tallyOf} from './model/tally.ts';

/**
 * The first line of every screen: where you are, and on the right `practice`, an unsafe connection, and a
 * walk's progress.
 */
export function headerLine(state: State): Line {
	const {columns} = state.size;
	const {practice, warning} = state.fixed;
	const way = practice ? 'practice' : warning === null ? null : 'unsafe: see doctor';
	const unsaved = unsavedMark(state, way);
	const mark = [unsaved, way].filter(part => part !== null).join(' · ') || null;
	const marked: Span[] = mark === null ? [] : [toned(unsaved === null ? 'warn' : 'bad', mark)];
	const [place, ...shorter] = placesOf(state);
	const progress = state.screen.name === 'authorize' ? progressOf(state.screen) : null;
	const right =
		progress === null
			? marked
			: [toned('quiet', progress), ...(mark === null ? [] : [toned('quiet', ' · '), ...marked])];
	const rightWidth = right.reduce((sum, {text}) => sum + columnsOf(text), 0);
	const fitting = [place, ...shorter].find(text => columnsOf(text ?? '') + rightWidth + 4 <= columns);
	const left = fitting ?? shorter.at(-1) ?? place ?? '';
	const line =
		fitting === undefined && mark !== null
			? // It is on every frame, whatever else has no room.
				ends([toned('strong', cut(` ${left}`, Math.max(0, columns - mark.length - 3)))], marked, columns - 1)
			: ends([toned('strong', ` ${left}`)], right, columns - 1);
	return {
		...line,
		say: [place, progress, unsaved, practice ? way : warning].filter(Boolean).join(', '),
	};
}

/** How many keys are only in memory, if there is room. They are lost when the program ends. */
function unsavedMark(state: State, way: string | null): string | null {
	const {size} = state;
	const unsaved = inMemoryOnly(state);
	const room = size.columns - (way?.length ?? 0) - 11;
	const marks = [`${unsaved.length} not saved`, '! unsaved'];
	return unsaved.length === 0 ? null : (marks.find(mark => mark.length < room) ?? '!');
}

function placesOf(state: State): string[] {
	const {screen, fixed, flock} = state;
	if (state.overlay?.name === 'help') {
		const place = helpPlace(state);
		return place === null ? ['Help'] : [`Help · ${place}`, 'Help'];
	}

	if (state.overlay?.name === 'palette') {
		return ['Commands'];
	}

	switch (screen.name) {
		case 'authorize':
			return [visible(screen.bot)];
		case 'setup':
			return ['Setup'];
		case 'summary':
			return ['The walk'];
		case 'first-run':
		case 'flock': {
			const name = `${visible(fixed.flock)}${state.others === null ? '' : ' · host'}`;
			if (flock === null || flock.length === 0 || screen.name === 'first-run') {
				return [`keymaker · ${name}`, 'keymaker'];
			}

			const ready = `${tallyOf(flock).of.ready ?? 0} of ${flock.length} ready`;
			return flockParts(state).bar > 0
				? [`keymaker · ${name}`, 'keymaker']
				: [`keymaker · ${name} · ${ready}`, `${name} · ${ready}`, ready];
		}
	}
}

function progressOf({walk, bot}: AuthorizeScreen): string | null {
	const place = walk.queue.indexOf(bot);
	return place < 0 || !walk.walking || walk.queue.length < 2 ? null : `${place + 1} of ${walk.queue.length}`;
}
