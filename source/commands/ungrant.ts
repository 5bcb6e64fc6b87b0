import {visible} from '../flock/visible.ts';
import {readFlock} from '../keymaker/flock.ts';
import {keptBy, ungrantBots} from '../keymaker/grant.ts';
import type {Services} from '../services.ts';
import {findBots} from './shared/bots.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `ungrant BOT… --from NAME` */
export type UngrantInput = {bots: readonly string[]; from: string};

/** Takes bots back from a host, and warns that it may have kept their keys. @throws FlockError `unknown-bot`, and like `ungrantBots` */
export async function ungrant(
	{bots: names, from}: UngrantInput,
	services: Pick<Services, 'poems' | 'keystore' | 'appSource'>,
	write: Write,
): Promise<number> {
	const {flock} = await readFlock(services);
	const bots = findBots(names, flock).map(bot => bot.name);
	await ungrantBots(bots, from, services.keystore);
	for (const bot of bots) {
		write.out(`${visible(bot)}: ${visible(from)} can no longer open it.`);
	}

	const {sentence, hint} = keptBy(from, bots);
	write.err(sentence);
	write.err(`  ${hint}`);
	return exitCode.done;
}

/** How `ungrant` is called. */
export const command = define({
	name: 'ungrant',
	arguments: ['<bot...>'],
	summary: 'Take bots back from a host.',
	details: 'The host gets no later key. A key that it kept works until you revoke it at X.',
	options: {from: {value: 'name', required: true, help: 'name of the host, as in keymaker grants'}},
	examples: ['keymaker ungrant harbour --from web1'],
	needs: 'all',
	run: ({words, options}, services, write) => ungrant({bots: words, ...options}, services, write),
});
