import type {Services} from '../services.ts';
import {revealedLines} from './authorize/work.ts';
import type {View} from './draw/line.ts';
import type {Theme} from './draw/theme.ts';
import type {State} from './model/state.ts';

/** What drawing depends on besides the state, with a spinner's frame. */
export type ViewAt = (frame: number) => View;

/** Collects what drawing depends on besides the state. */
export function viewOf(services: Services, theme: Theme): ViewAt {
	const qr = lastOf(services.desktop.qr);
	return frame => ({theme, now: services.now(), frame, qr, reveal: bot => revealedLines(services, bot)});
}

/** True while something is waited for: only then does anything on the screen move. */
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

/** Remembers the latest result of something as expensive as a frame. */
export function lastOf<Given, Made>(make: (given: Given) => Made): (given: Given) => Made {
	let last: {given: Given; made: Made} | null = null;
	return given => {
		if (last?.given !== given) {
			last = {given, made: make(given)};
		}

		return last.made;
	};
}
