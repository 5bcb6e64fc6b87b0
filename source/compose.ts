import type {Settings} from './command-line/options.ts';
import type {Answers} from './compose-place.ts';
import {composeReading} from './compose-reading.ts';
import {createCallback} from './desktop/callback-create.ts';
import {createDesktop} from './desktop/create.ts';
import {createKeymaker} from './keymaker/keymaker.ts';
import type {Services} from './services.ts';
import type {Environment} from './system/environment.ts';
import {createX} from './x/create.ts';

/** Composed services, and how to let go of what they hold. */
export type Composed = {services: Services; close(): Promise<void>};

/** How long after the start leftovers of windows are removed, in milliseconds. */
const leftoversAfter = 1000;

/**
 * Puts the program together from its parts; from then on this process checks certificates, whatever it was told. Nothing of the keystore is read yet, so a damaged one stops nobody here.
 * @param answers where an encrypted keystore's passphrase comes from, and who knows whether poems have moved.
 * @throws FlockError as `composeReading` does
 */
export async function compose(
	settings: Settings,
	env: Environment,
	cwd: string,
	answers: Answers,
): Promise<Composed> {
	const {services: reading, practice, close} = await composeReading(settings, env, cwd, answers);
	const {keystore, appSource} = reading;
	const x = createX({
		env,
		deadlineSeconds: settings.deadlineSeconds,
		agent: practice?.agent,
		origin: practice?.origin,
	});
	if (x.warning !== null) {
		// The agents check X by themselves, but not an https:// proxy; and Node would write its own word across the screen.
		// No bot's program starts from here.
		delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
	}

	const callback = createCallback(env);
	const services: Services = {
		...reading,
		x,
		keymaker: createKeymaker({x, keystore, appSource, now: Date.now}),
		desktop: createDesktop({
			env,
			platform: process.platform,
			noOpen: settings.noOpen,
			ordinary: settings.ordinaryWindow,
			isTTY: process.stdout.isTTY,
			writeTerminal: text => process.stdout.write(text),
		}),
		callback,
		callbackPort: settings.callback,
		writeExport: async request => (await import('./bundles/export.ts')).writeExport(request),
		now: Date.now,
	};
	// The first frame goes before, and nobody waits for it.
	setTimeout(() => services.desktop.removeLeftovers().catch(() => {}), leftoversAfter).unref();
	return {
		services,
		async close() {
			await callback.close();
			await close();
		},
	};
}
