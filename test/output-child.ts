import {openOutput} from '../source/command-line/output.ts';

/** Writes a million characters and an `end` to its standard output, and says on standard error whether some of it waits for its reader. */
const output = openOutput('stdout', ({code}) => process.exit(code === 'EPIPE' ? 9 : 1));
if (process.argv[2] === 'not-blocking') {
	// Node makes a pipe that it opens one that does not block, as another program on the same pipe may.
	process.stdout.on('error', () => {});
}

output.write('x'.repeat(1_000_000));
output.write('end');
process.stderr.write(
	process.argv[2] === 'not-blocking' && process.stdout.writableLength > 0 ? 'waiting' : 'written',
);
await output.flushed();
