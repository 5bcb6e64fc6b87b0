import {visible} from '../flock/visible.ts';
import {mouseIsOurs} from './model/mouse.ts';
import type {State} from './model/state.ts';
import type {Extras} from './paint/extras.ts';

/** The window's title: the flock, and a walk's progress. */
export function titleOf({screen, fixed}: State): string {
	const place = screen.name === 'authorize' ? screen.walk.queue.indexOf(screen.bot) : -1;
	return screen.name === 'authorize' && screen.walk.walking && place >= 0
		? `keymaker ${place + 1}/${screen.walk.queue.length}`
		: `keymaker ${visible(fixed.flock)}`;
}

/** What the terminal does besides drawing. @param hasTitle false for terminals that would draw it */
export function extrasOf(state: State, hasTitle: boolean): Extras {
	return {title: hasTitle ? titleOf(state) : null, mouse: mouseIsOurs(state)};
}
