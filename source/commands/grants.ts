import {sortedByName} from '../flock/flock.ts';
import {otherBots} from '../flock/hosts.ts';
import {visible} from '../flock/visible.ts';
import type {ReadingServices} from '../services.ts';
import {exitCode, type Write} from './shared/command.ts';
import {define} from './shared/definition.ts';
import {safeJson} from './shared/json.ts';
import {table} from './shared/table.ts';

/** `grants [--json]` */
export type GrantsInput = {json: boolean};

/** Lists which hosts can open which bots. Exits with 1 if the database has grants that keymaker did not make, or lacks some. @throws FlockError `keystore-…` */
export async function grants(
	{json}: GrantsInput,
	{keystore}: Pick<ReadingServices, 'keystore'>,
	write: Write,
): Promise<number> {
	const {records, others} = await keystore.list();
	const granted = sortedByName(
		[...records].flatMap(([bot, {grants: all = []}]) => all.map(grant => ({bot, ...grant}))),
		({bot}) => bot,
	);
	if (json) {
		write.out(safeJson(granted.map(({bot, name, recipient, at}) => ({bot, name, recipient, at}))));
	} else {
		const rows = granted.map(({bot, name, recipient, at}) => [
			visible(bot),
			visible(name),
			recipient,
			at.slice(0, 10),
		]);
		for (const line of table(rows, Math.max(write.columns, 120))) {
			write.out(line);
		}
	}

	const stray = await keystore.strayGrants();
	for (const {bot, name, recipient, kind} of stray) {
		const whom = `${visible(name)} (${visible(recipient)})`;
		write.err(
			kind === 'added'
				? `The database has a grant of ${visible(bot)} to ${whom} that keymaker did not make. keymaker sealed no key to it.`
				: `The database has lost the grant of ${visible(bot)} to ${whom}. Take the bot back, then grant it again.`,
		);
	}

	if (others !== undefined && others.size > 0) {
		write.err(otherBots(others.size));
	}

	if (granted.length === 0 && !json) {
		write.err('No grants yet.');
	}

	return stray.length === 0 ? exitCode.done : exitCode.failed;
}

/** How `grants` is called. */
export const command = define({
	name: 'grants',
	arguments: [],
	summary: 'List which hosts can open which bots.',
	options: {json: {help: 'print JSON'}},
	examples: ['keymaker grants', 'keymaker grants --json | jq -r \'.[] | select(.name == "web1").bot\''],
	needs: 'reading',
	run: ({options}, services, write) => grants(options, services, write),
});
