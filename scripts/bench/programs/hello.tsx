// A bare Ink program: what no program with Ink can be faster than.
import {render, Text} from 'ink';

render(<Text>Hello, world!</Text>);
if (process.argv.includes('--stay')) {
	setInterval(() => {}, 60_000);
}
