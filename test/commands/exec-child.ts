import {openOutput} from '../../source/command-line/output.ts';
import {terminalWrite} from '../../source/command-line/terminal.ts';
import {exec} from '../../source/commands/exec.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {openPoems} from '../../source/poems/folder.ts';
import {openIdentity} from '../../source/system/identity.ts';

/** Runs `exec` for harbour in a process of its own, so that a test can send it signals. */
const folder = process.argv[2] ?? '';
const program = `
	for (const signal of ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGTERM']) process.on(signal, () => console.log(signal));
	process.stdin.on('data', text => console.log('read ' + text));
	process.stdin.on('end', () => process.exit(7));
`;
const services = {
	poems: openPoems(`${folder}/poems`),
	keystore: openKeystore({folder: `${folder}/keystore`, flock: 'test', poems: `${folder}/poems`}),
	appSource: async () => null,
	identity: async () => openIdentity(`${folder}/identity.txt`),
	practice: true,
	cwd: folder,
};
process.exitCode = await exec(
	{bot: 'harbour', command: [process.execPath, '-e', program], env: process.env},
	services,
	terminalWrite(
		openOutput('stdout', () => {}),
		openOutput('stderr', () => {}),
		new AbortController().signal,
	),
);
