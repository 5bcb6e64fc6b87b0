import {approve} from './approve.ts';
import {nextLink, printedLink, type Workplace} from './program.ts';
import type {Pty} from './pty.ts';

/** Authorizes a bot by the command, as this account. */
export async function authorizeByCommand(place: Workplace, bot: string, account: string): Promise<void> {
	const terminal = place.shell(`keymaker authorize ${bot}; echo "rc=$?"`, {columns: 200});
	const link = await printedLink(terminal);
	terminal.type(`${await approve(link, account)}\r`);
	await terminal.waitFor('rc=0');
}

/** Hands in the PIN of the link that a screen shows, as this account; pasted with its line end. */
export async function handIn(screen: Pty, account: string, earlier = ''): Promise<void> {
	screen.paste(`${await approve(await nextLink(screen, earlier), account)}\n`);
}
