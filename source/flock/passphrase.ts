/** A passphrase that is shorter is tried out in no time; characters. */
const shortest = 8;

/** Why a text is no passphrase for a keystore, in one sentence; `null` where it will do. */
export function passphraseProblem(passphrase: string): string | null {
	if (passphrase.trim() === '') {
		return 'An empty passphrase protects nothing.';
	}

	return [...passphrase].length < shortest
		? `A passphrase of fewer than ${shortest} characters is easy to guess.`
		: null;
}
