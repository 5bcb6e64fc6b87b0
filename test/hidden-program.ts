/** Asks for a hidden line, and breaks while it works with it. */
import {openHiddenTerminal} from '../source/command-line/hidden-line.ts';

const terminal = openHiddenTerminal({
	input: process.stdin,
	output: process.stderr,
	mask: '*',
	signal: new AbortController().signal,
	onInterrupt() {},
});
await terminal.ask('What?');
await new Promise(resolve => setTimeout(resolve, 50));
throw new Error('not foreseen');
