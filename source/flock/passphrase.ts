/** The shortest safe passphrase, in characters. */
const shortest = 8;

/** Why a text is not a good passphrase, in one sentence; `null` if it is. */
export function passphraseProblem(passphrase: string): string | null {
	if (passphrase.trim() === '') {
		return 'An empty passphrase protects nothing.';
	}

	return [...passphrase].length < shortest
		? `A passphrase of fewer than ${shortest} characters is easy to guess.`
		: null;
}
