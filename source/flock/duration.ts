const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A duration in words, in its two largest units. */
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

/**
 * A moment as on a person's clock: `at 14:32`, `tomorrow at 09:05`, `on 2026-11-30 at 09:05`; both in ms
 * since 1970.
 */
export function moment(at: number, now: number): string {
	const then = new Date(at);
	const time = `at ${two(then.getHours())}:${two(then.getMinutes())}`;
	const today = new Date(now);
	if (isSameDay(then, today)) {
		return time;
	}

	today.setDate(today.getDate() + 1);
	return isSameDay(then, today)
		? `tomorrow ${time}`
		: `on ${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())} ${time}`;
}

/** The time left until a moment: `14:59 left`, `21:59:59 left`; both in ms since 1970. */
export function timeLeft(until: number, now: number): string {
	const seconds = Math.max(0, Math.floor((until - now) / 1000));
	const hours = Math.floor(seconds / 3600);
	const minutes = Math.floor(seconds / 60) % 60;
	const figures = hours > 0 ? `${hours}:${two(minutes)}` : String(minutes);
	return `${figures}:${two(seconds % 60)} left`;
}

/** A sentence about a moment, with the time left before its full stop; unchanged without a moment. */
export function withTimeLeft(sentence: string, until: number | null, now: number): string {
	return until === null ? sentence : `${sentence.replace(/\.$/, '')} (${timeLeft(until, now)}).`;
}

function isSameDay(one: Date, other: Date): boolean {
	return one.toDateString() === other.toDateString();
}

function two(number: number): string {
	return String(number).padStart(2, '0');
}

/** How long ago a time was, in words. @param iso ISO 8601 @param now milliseconds since 1970 */
export function ago(iso: string, now: number): string {
	const then = Date.parse(iso);
	const days = Math.round((startOfDay(now) - startOfDay(then)) / day);
	if (days <= 0) {
		const passed = now - then;
		return passed < 2 * minute
			? 'just now'
			: passed < hour
				? `${Math.floor(passed / minute)} minutes ago`
				: 'today';
	}

	if (days < 60) {
		return days === 1 ? 'yesterday' : `${days} days ago`;
	}

	return days < 730 ? `${Math.floor(days / 30)} months ago` : `${Math.floor(days / 365)} years ago`;
}

/** The same in short for a column: `now`, `42m`, `5h`, `12d`, `13mo`, `2y`. */
export function briefAgo(iso: string, now: number): string {
	const passed = Math.max(0, now - Date.parse(iso));
	const units: readonly (readonly [unit: string, length: number])[] = [
		['y', 365 * day],
		['mo', 30 * day],
		['d', day],
		['h', hour],
		['m', minute],
	];
	// Sixty days say more than two months, and less than a minute ago is now.
	const fitting = units.find(([unit, length]) => passed >= length * (unit === 'd' || unit === 'h' ? 1 : 2));
	return fitting === undefined ? 'now' : `${Math.floor(passed / fitting[1])}${fitting[0]}`;
}

function startOfDay(time: number): number {
	return new Date(time).setHours(0, 0, 0, 0);
}
