import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import {readFlock} from '../keymaker/flock.ts';
import {grantBots} from '../keymaker/grant.ts';
import type {Services} from '../services.ts';
import {findBots} from './shared/bots.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `grant BOT… --to RECIPIENT --name NAME` */
export type GrantInput = {bots: readonly string[]; to: string; name: string};

/** Lets a host open bots with its own identity. @throws FlockError `unknown-bot`, and like `grantBots` */
export async function grant(
	{bots: names, to, name}: GrantInput,
	services: Services,
	write: Write,
): Promise<number> {
	const {flock} = await readFlock(services);
	const bots = findBots(names, flock).map(bot => bot.name);
	const granted = new Set(await grantBots(bots, {name, recipient: to.trim()}, services));
	for (const bot of bots) {
		write.out(`${visible(bot)}: ${name} can ${granted.has(bot) ? '' : 'already '}open it.`);
	}

	return exitCode.done;
}

/** How `grant` is called. */
export const command = define({
	name: 'grant',
	arguments: ['<bot...>'],
	summary: 'Let a host open bots with its own identity.',
	details:
		'Run keymaker host init on the host to get its recipient. The host needs no passphrase, and gets new keys of these bots automatically.',
	options: {
		to: {value: 'recipient', repeatable: true, required: true, help: 'recipient of the host, age1…'},
		name: {value: 'name', required: true, help: 'name for the host, such as web1'},
	},
	examples: ['keymaker grant harbour kettle --to age1… --name web1'],
	needs: 'all',
	run({words, options: {to, name}}, services, write) {
		const [recipient = '', ...others] = to;
		if (others.length > 0) {
			throw new FlockError('usage', '--to takes one recipient here: each host has a name of its own.', {
				hint: 'Grant to one host after the other.',
			});
		}

		return grant({bots: words, to: recipient, name}, services, write);
	},
});
