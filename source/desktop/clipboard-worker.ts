/**
 * A process of its own that copies its standard input by clipboardy and ends with 0 if that worked.
 * clipboardy gives no handle to the program that it runs, and with a frozen display that program never
 * returns: as a process group of its own it can be ended whole.
 */
import {text} from 'node:stream/consumers';
import clipboard from 'clipboardy';

try {
	await clipboard.write(await text(process.stdin));
} catch {
	process.exitCode = 1;
}
