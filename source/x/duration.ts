/** A length of time in words, by its two largest units. */
export function duration(seconds: number): string {
	const whole = Math.max(1, Math.round(seconds));
	const units: [string, number][] = [
		['day', Math.floor(whole / 86_400)],
		['hour', Math.floor(whole / 3600) % 24],
		['minute', Math.floor(whole / 60) % 60],
		['second', whole % 60],
	];
	const first = units.findIndex(([, count]) => count > 0);
	return units
		.slice(first, first + 2)
		.filter(([, count]) => count > 0)
		.map(([unit, count]) => `${count} ${unit}${count === 1 ? '' : 's'}`)
		.join(' ');
}
