import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import type {BareServices} from '../services.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `host init`: makes this computer's identity, and prints whom to grant bots to. @throws FlockError `identity-…` */
export async function hostInit(services: Pick<BareServices, 'identity'>, write: Write): Promise<number> {
	const identity = await services.identity();
	const recipient = await identity.make();
	write.out(recipient);
	write.err(`Made ${visible(identity.file)}. Keep it secret; it opens the bots that are granted to it.`);
	write.err(`  Where the flock is looked after: keymaker grant BOT --to ${recipient} --name NAME`);
	return exitCode.done;
}

/** How `host` is called. */
export const command = define({
	name: 'host',
	arguments: ['<init>'],
	choices: ['init'],
	summary: 'Make this computer’s identity, for bots to be granted to.',
	details:
		'The identity is a file of age’s, identity.txt in the settings folder, or the one that KEYMAKER_IDENTITY names. Its recipient, which is printed, is no secret.',
	options: {},
	examples: ['keymaker host init'],
	needs: 'no-keystore',
	async run({words: [word]}, services, write) {
		if (word !== 'init') {
			throw new FlockError('usage', 'keymaker host does nothing but init.', {hint: 'keymaker host init'});
		}

		return hostInit(services, write);
	},
});
