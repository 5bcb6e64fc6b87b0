// Loaded before a program: at the rename of an export's file the program is killed, or waits for ever.
import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';

const {rename} = fs.promises;
fs.promises.rename = async (from, to) => {
	if (!String(from).includes('.keymaker-')) {
		return rename(from, to);
	}

	if (process.env.AT_RENAME === 'kill') {
		process.kill(process.pid, 'SIGKILL');
	}

	process.stdout.write('waiting\n');
	return new Promise(() => setInterval(() => {}, 60_000));
};
syncBuiltinESMExports();
