import {FlockError} from '../flock/error.ts';
import {visible} from '../flock/visible.ts';
import type {BareServices} from '../services.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';

/** `host init`: creates this computer's identity and prints its recipient. @throws FlockError `identity-…` */
export async function hostInit(services: Pick<BareServices, 'identity'>, write: Write): Promise<number> {
	const identity = await services.identity();
	const recipient = await identity.make();
	write.out(recipient);
	write.err(
		`Created ${visible(identity.file)}. Keep it secret: it opens every bot that you grant to this computer.`,
	);
	write.err(`  Run this where you manage the flock: keymaker grant BOT --to ${recipient} --name NAME`);
	return exitCode.done;
}

/** How `host` is called. */
export const command = define({
	name: 'host',
	arguments: ['<init>'],
	choices: ['init'],
	summary: 'Create an identity for this computer, so you can grant it bots.',
	details:
		'The identity is a secret file in age’s format: identity.txt in the settings folder, or the file in KEYMAKER_IDENTITY. keymaker prints its recipient, which is not secret.',
	options: {},
	examples: ['keymaker host init'],
	needs: 'no-keystore',
	async run({words: [word]}, services, write) {
		if (word !== 'init') {
			throw new FlockError('usage', 'keymaker host has one action: init.', {hint: 'Run keymaker host init.'});
		}

		return hostInit(services, write);
	},
});
