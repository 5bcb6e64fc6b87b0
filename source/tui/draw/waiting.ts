import {type Line, type Span, toned, type View} from './line.ts';
import {wrap} from './text.ts';

/** The spinner's current frame. */
export function spinner({theme, frame}: View): Span {
	return {text: theme.spinner[frame % theme.spinner.length] ?? '', tone: 'accent'};
}

/** How many seconds X still has to answer, in words. */
export function secondsLeft(startedAt: number, deadlineSeconds: number, {now}: View): string {
	const passed = Math.max(0, now - startedAt) / 1000;
	const left = Math.max(0, Math.ceil(deadlineSeconds - passed));
	return `${left} s left`;
}

/** What is waited for, beside a spinner, in lines that fit a width. `say` leaves out what changes every second. */
export function waitingLines(text: string, say: string, columns: number, view: View): Line[] {
	return wrap(text, Math.max(1, columns - 4)).map((part, index) => ({
		spans: index === 0 ? [{text: ' '}, spinner(view), {text: ` ${part}`}] : [toned('plain', `   ${part}`)],
		role: 'timer',
		say: index === 0 ? say : '',
	}));
}
