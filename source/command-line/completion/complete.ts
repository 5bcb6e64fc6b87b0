import {bashReplies, readBashLine} from './bash-line.ts';
import {type ListBots, offersFor} from './offers.ts';

/**
 * Answers a shell's completion request: first the kind of words, then the words, one per line.
 * @param asked `bash`, the line up to the cursor and the word to complete; or `words` and the words after
 * `keymaker`, with the unfinished word last, for shells that quote by themselves. Their lines also have a tab
 * and the word's meaning.
 */
export async function complete(asked: readonly string[], listBots: ListBots): Promise<string[]> {
	const [how, ...rest] = asked;
	if (how !== 'bash') {
		const found = await offersFor(rest, listBots);
		return found.kind === 'words'
			? ['words', ...found.offers.map(({word, help}) => `${word}\t${help}`)]
			: [found.kind];
	}

	const [line = '', replaced = ''] = rest;
	const read = readBashLine(line);
	const found = await offersFor([...read.words.slice(1), read.current], listBots);
	return found.kind === 'words' ? ['words', ...bashReplies(read, found.offers, replaced)] : [found.kind];
}
