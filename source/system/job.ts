/**
 * Stops the whole foreground job, as Ctrl-Z does outside of raw mode, and returns when it is continued. Without a shell that does
 * jobs nothing stops, and it returns at once.
 */
export function stopHere(): void {
	if (process.platform !== 'win32') {
		process.kill(0, 'SIGTSTP');
	}
}
