import {columnsOf} from '../../flock/width.ts';
import type {Binding} from '../model/binding.ts';
import {type Line, line, type Span, toned} from './line.ts';

/** The space between two bindings, wide and narrow. */
const separator = ' · ';
const narrowSeparator = '  ';

/** From this many columns the most important bindings fit with their full names. */
const wholeFrom = 76;

/** The footer's bindings that fit a width: the vital ones, then as many others as possible. */
export function footerLine(bindings: readonly Binding[], width: number): Line {
	const shown = bindings.filter(({short}) => short !== null);
	const whole = fitting(shown, width, separator);
	// If few of them fit, use their short names.
	const brief = whole.length < shown.length && width < wholeFrom;
	const between = brief && width < 40 ? narrowSeparator : separator;
	const chosen = brief ? fitting(shown.map(briefly), width, between) : whole;
	return {
		...line(...chosen.flatMap((binding, index) => spansOf(binding, index === 0 ? ' ' : between))),
		say: `Keys: ${chosen.map(({label, short}) => `${label} ${short}`).join(', ')}`,
	};
}

function fitting(shown: readonly Binding[], width: number, between: string): Binding[] {
	const widthOf = ({label, short}: Binding) => between.length + columnsOf(`${label} ${short}`);
	const kept = new Set(shown.filter(({vital}) => vital));
	let left = width - 1 + between.length - [...kept].reduce((sum, binding) => sum + widthOf(binding), 0);
	for (const binding of shown) {
		if (!kept.has(binding)) {
			left -= widthOf(binding);
			// Later ones matter less: none takes the place of one that did not fit.
			if (left < 0) {
				break;
			}

			kept.add(binding);
		}
	}

	return shown.filter(binding => kept.has(binding));
}

function briefly(binding: Binding): Binding {
	return {...binding, short: binding.brief ?? binding.short};
}

/** A few bindings as a hint beside what they act on. */
export function hints(bindings: readonly Binding[]): Span[] {
	return bindings.flatMap((binding, index) => spansOf(binding, index === 0 ? '' : separator));
}

function spansOf({label, short}: Binding, before: string): Span[] {
	return [toned('quiet', before), toned('accent', label), toned('quiet', ` ${short}`)];
}
