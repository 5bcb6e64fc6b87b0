import {bashReplies, readBashLine} from './bash-line.ts';
import {type ListBots, offersFor} from './offers.ts';

/**
 * Answers a shell that completes a command line: first what kind of words may come, then the words, a line each.
 * @param asked `bash`, the line up to the cursor and the word that bash completes; or `words` and the words after `keymaker`,
 * the last one being typed, for shells that quote by themselves: their lines hold a tab and what the word means, too.
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
