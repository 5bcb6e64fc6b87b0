/**
 * A separate process that copies its standard input with clipboardy and ends with 0 if that worked.
 * clipboardy does not expose the program that it runs, which never returns if the display is frozen. In its
 * own process group it can be ended completely.
 */
import {text} from 'node:stream/consumers';
import clipboard from 'clipboardy';

try {
	await clipboard.write(await text(process.stdin));
} catch {
	process.exitCode = 1;
}
