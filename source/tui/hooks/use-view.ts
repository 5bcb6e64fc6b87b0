import {useAnimation} from 'ink';
import {useMemo} from 'react';
import type {Services} from '../../services.ts';
import {revealedLines} from '../authorizing.ts';
import type {View} from '../line.ts';
import type {State} from '../state.ts';
import type {Theme} from '../theme.ts';

/** How fast a spinner turns; milliseconds a picture. */
const spinnerMs = 120;

/** What drawing needs besides the state; it moves only while something is waited for. */
export function useView(state: State, services: Services, theme: Theme): View {
	const {frame} = useAnimation({interval: spinnerMs, isActive: isWaiting(state)});
	const qr = useMemo(() => lastOf(services.desktop.qr), [services]);
	return {theme, now: services.now(), frame, qr, reveal: bot => revealedLines(services, bot)};
}

/** True while something is waited for: only then does anything move on the screen. */
export function isWaiting({screen, overlay, flock, problem}: State): boolean {
	if (overlay?.name === 'checking' || overlay?.name === 'revoking') {
		return true;
	}

	switch (screen.name) {
		case 'flock':
			return flock === null && problem === null;
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

/** Remembers the latest answer: a QR code costs more than a frame. */
function lastOf(make: (text: string) => string[]): (text: string) => string[] {
	let last: {text: string; lines: string[]} | null = null;
	return text => {
		if (last?.text !== text) {
			last = {text, lines: make(text)};
		}

		return last.lines;
	};
}
