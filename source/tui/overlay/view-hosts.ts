import {visible} from '../../flock/visible.ts';
import {fieldWindow} from '../draw/field.ts';
import {cutOff, type Line, line, paragraph, toned} from '../draw/line.ts';
import {hostChoices} from '../model/hosts.ts';
import type {HostChoice, Overlay, State} from '../model/state.ts';
import {names} from '../model/text.ts';

/** The choices as a list; if there are too many, the rows around the chosen one. */
export function hostsPanel(state: State, {bots, choice}: Overlay & {name: 'hosts'}): Line[] {
	const {columns, rows} = state.size;
	const choices = hostChoices(state, bots);
	const title = cutOff(
		paragraph(`Which hosts can open ${names(bots.map(visible), 120)}?`, columns, {tone: 'warn'}),
		rows < 9 ? 1 : 2,
	);
	const room = Math.max(1, Math.min(choices.length, Math.floor(rows / 2) - title.length));
	const first = Math.max(0, Math.min(choice - Math.floor(room / 2), choices.length - room));
	return [
		...title,
		...choices.slice(first, first + room).map((one, index): Line => {
			const chosen = first + index === choice;
			const text = wordsOf(one, bots.length);
			return {
				...line(toned('accent', chosen ? ' ❯ ' : '   '), toned(chosen ? 'strong' : 'plain', text)),
				role: 'radio',
				selected: chosen,
				say: text,
			};
		}),
	];
}

/** The field for a new host's recipient, then for its name. */
export function grantPanel(
	{size, caret}: State,
	{bots, recipient, text, problem}: Overlay & {name: 'grant'},
): Line[] {
	const {columns} = size;
	const field = recipient === null ? 'Recipient' : 'Name';
	const label = ` ${field}: `;
	const shown = fieldWindow({text, after: caret}, visible, columns - label.length);
	const question =
		recipient === null
			? `Which host can open ${names(bots.map(visible), 60)}? Run \`keymaker host init\` there, and paste the recipient that it prints.`
			: `Name the host ${recipient.slice(0, 12)}…, for example web1.`;
	return [
		...paragraph(question, columns, {rank: 2}),
		{
			...line(label, toned('strong', shown.text)),
			role: 'textbox',
			say: `${field}: ${visible(text)}`,
			cursor: label.length + shown.cursor,
		},
		...(problem === null ? [] : paragraph(`${problem.sentence} ${problem.hint}`, columns, {tone: 'bad'})),
	];
}

function wordsOf(choice: HostChoice, asked: number): string {
	switch (choice.kind) {
		case 'grant':
			return `Grant to ${visible(choice.host.name)}`;
		case 'take-back':
			return `Take back from ${visible(choice.name)}${choice.bots.length < asked ? ` (${choice.bots.length} of ${asked})` : ''}`;
		case 'new':
			return 'Grant to a new host …';
		case 'cancel':
			return 'Cancel';
	}
}
