import {randomBytes} from 'node:crypto';
import type {Address} from './address.ts';
import {withClient} from './session.ts';

/** How long a notification may take, which takes a few milliseconds where it comes; milliseconds. */
const patience = 5000;

/**
 * True where a notification reaches whoever listens. Asked by two connections, the one that listens asking nothing more: a
 * pooler hands its notification to whoever asks next.
 */
export async function isTold(address: Address, deadline: number): Promise<boolean> {
	const channel = `keymaker_trial_${randomBytes(8).toString('hex')}`;
	try {
		return await withClient(address, deadline, async listener => {
			const told = new Promise<true>(resolve => listener.once('notification', () => resolve(true)));
			await listener.query(`listen ${channel}`);
			await withClient(address, deadline, async speaker => speaker.query(`notify ${channel}`));
			const late = Promise.withResolvers<false>();
			const timer = setTimeout(late.resolve, patience, false);
			return await Promise.race([told, late.promise]).finally(() => clearTimeout(timer));
		});
	} catch {
		return false;
	}
}
