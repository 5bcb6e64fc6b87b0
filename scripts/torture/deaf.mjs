// Sabotage: a program that does not listen to signals, and so leaves the terminal as it is.
const {on} = process;

process.on = function (name, listener) {
	return /^SIG(INT|TERM|HUP|QUIT)$/.test(String(name)) ? this : on.call(this, name, listener);
};
