// A terminal's window for a test: in it the program is taken as far as the PIN's exchange; then the window is closed by
// force from outside. Prints the program's process number and the link as JSON, takes the PIN from standard input, and
// says when the exchange is under way.
import {once} from 'node:events';
import {withoutNetwork} from '../helpers/environment.ts';
import {nextLink} from '../helpers/program.ts';
import {startPty} from '../helpers/pty.ts';

const [cli = '', folder = '', variables = '{}'] = process.argv.slice(2);
const screen = startPty(process.execPath, [cli], {
	cwd: folder,
	env: {...withoutNetwork(), ...JSON.parse(variables)},
});
await screen.waitFor(/❯ ○ harbour/);
screen.press('enter');
process.stdout.write(`${JSON.stringify({pid: screen.pid, link: await nextLink(screen)})}\n`);
const [pin] = await once(process.stdin, 'data');
screen.paste(`${String(pin).trim()}\n`);
await screen.waitFor('Submitting the PIN to X');
process.stdout.write('exchanging\n');
await screen.exited;
