// Loaded before the program by `--import`: on SIGUSR2 it does what nobody foresaw, as its name after `?` says.
const what = new URL(import.meta.url).searchParams.get('what');

process.on('SIGUSR2', () => {
	const trouble = new Error('not-a-real-secret in a message');
	if (what === 'rejection') {
		Promise.reject(trouble);
	} else if (what === 'exit') {
		process.exit(7);
	} else if (what === 'component') {
		// The list's headers are drawn with it, and the reducer does without.
		String.prototype.padStart = () => {
			throw trouble;
		};
		process.stdout.rows -= 1;
		process.stdout.emit('resize');
	} else {
		throw trouble;
	}
});
