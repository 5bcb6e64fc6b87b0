import {FlockError} from '../../flock/error.ts';
import {passphraseProblem} from '../../flock/passphrase.ts';
import {openLines} from './ask.ts';
import {cancelledError, type Write} from './command.ts';

/** How many attempts to choose a new passphrase. */
const tries = 3;

/** The passphrase, if it is good enough. @throws FlockError `keystore-passphrase` */
export function requireStrong(passphrase: string): string {
	const problem = passphraseProblem(passphrase);
	if (problem !== null) {
		throw refusal(problem);
	}

	return passphrase;
}

/**
 * Asks for a new passphrase twice and compares. Without a terminal, it is the next line of standard input.
 * @throws FlockError `keystore-passphrase` if none is good enough, `cancelled`
 */
export async function askNewPassphrase(write: Write): Promise<string> {
	if (!write.interactive) {
		return requireStrong(await lineOf(write));
	}

	for (let attempt = 1; attempt <= tries; attempt += 1) {
		const passphrase = await askOnce('New passphrase:', write);
		const problem =
			passphraseProblem(passphrase) ??
			((await askOnce('Repeat the new passphrase:', write)) === passphrase
				? null
				: 'The passphrases do not match.');
		if (problem === null) {
			return passphrase;
		}

		write.err(problem);
	}

	throw refusal('You chose no new passphrase.');
}

/** Asks for the passphrase of a flock that is made where every flock is encrypted. @throws FlockError as `askNewPassphrase` does */
export async function chooseForFlock(write: Write): Promise<string> {
	write.err('Choose the passphrase of this flock. Without it nobody can read its keys, keymaker included.');
	return askNewPassphrase(write);
}

async function askOnce(question: string, write: Write): Promise<string> {
	const answer = await write.askHidden(question);
	if (write.signal.aborted) {
		throw cancelledError();
	}

	if (answer === null) {
		throw refusal('You gave no new passphrase.');
	}

	return answer;
}

async function lineOf(write: Write): Promise<string> {
	const lines = openLines(write);
	try {
		const line = await lines.next();
		if (line === null) {
			throw refusal('Cannot ask for the new passphrase: there is no terminal and no line on standard input.');
		}

		return line;
	} finally {
		lines.close();
	}
}

function refusal(sentence: string): FlockError {
	return new FlockError('keystore-passphrase', sentence, {
		hint: 'Nothing was changed. Choose several words that nobody can guess.',
	});
}
