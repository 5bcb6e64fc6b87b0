// Loaded before the program by `--import`: on SIGUSR2 it does what nobody foresaw, as its name after `?` says.
const what = new URL(import.meta.url).searchParams.get('what');

process.on('SIGUSR2', () => {
	const trouble = new Error('not-a-real-secret in a message');
	if (what === 'rejection') {
		Promise.reject(trouble);
	} else if (what === 'component') {
		// The screens lay out their lines with it, and neither Ink nor React uses it.
		Array.prototype.flat = () => {
			throw trouble;
		};
		process.stdout.emit('resize');
	} else {
		throw trouble;
	}
});
