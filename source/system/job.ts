/**
 * Stops the whole foreground job, like Ctrl-Z outside raw mode, and returns when it continues. Without a
 * shell with job control nothing stops, and it returns immediately.
 */
export function stopHere(): void {
	if (process.platform !== 'win32') {
		process.kill(0, 'SIGTSTP');
	}
}
