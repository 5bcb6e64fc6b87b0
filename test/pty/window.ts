// A terminal's window for a test: opens the program in it, prints the program's process number, and is then closed by force.
import {startPty} from '../helpers/pty.ts';

const [cli = '', folder = ''] = process.argv.slice(2);
const screen = startPty(process.execPath, [cli], {
	cwd: folder,
	env: {HOME: folder, KEYMAKER_FLOCK: 'flock', KEYMAKER_PRACTICE: '1', KEYMAKER_OPEN: 'never'},
});
await screen.waitFor(/❯ ○ harbour/);
process.stdout.write(`${screen.pid}\n`);
await screen.exited;
