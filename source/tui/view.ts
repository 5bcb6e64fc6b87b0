import type {Services} from '../services.ts';
import {revealedLines} from './authorize/work.ts';
import type {View} from './draw/line.ts';
import type {Theme} from './draw/theme.ts';
import type {State} from './model/state.ts';

/** What drawing needs besides the state, at a spinner's picture. */
export type ViewAt = (frame: number) => View;

/** Puts together what drawing needs besides the state. */
export function viewOf(services: Services, theme: Theme): ViewAt {
	const qr = lastOf(services.desktop.qr);
	return frame => ({theme, now: services.now(), frame, qr, reveal: bot => revealedLines(services, bot)});
}

/** True while something is waited for: only then does anything move on the screen. */
export function isWaiting({screen, overlay, flock, problem, checking, revoking}: State): boolean {
	switch (screen.name) {
		case 'flock':
			return (flock === null && problem === null) || ((checking ?? revoking) !== null && overlay === null);
		case 'authorize':
			return (
				screen.phase.name === 'requesting' ||
				screen.phase.name === 'exchanging' ||
				(screen.phase.name === 'unsaved' && screen.phase.saving)
			);
		case 'setup':
			return screen.tryingSince !== null;
		default:
			return false;
	}
}

/** Remembers the latest answer, for what costs as much as a frame. */
export function lastOf<Given, Made>(make: (given: Given) => Made): (given: Given) => Made {
	let last: {given: Given; made: Made} | null = null;
	return given => {
		if (last?.given !== given) {
			last = {given, made: make(given)};
		}

		return last.made;
	};
}
