import {isUtf8} from 'node:buffer';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import fc from 'fast-check';
import {list} from '../../source/commands/list.ts';
import {botName, isPoemFile} from '../../source/flock/poem.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {readPoemText} from '../../source/poems/text.ts';
import {fit} from '../../source/tui/draw/line.ts';
import {frameLines} from '../../source/tui/frame.ts';
import {testServices} from '../../test/helpers/services.ts';
import {collect} from '../../test/helpers/write.ts';
import {botCalled, flockScreen, keyOf as infoOf, pinScreen, play, viewWith} from '../../test/tui/support.ts';
import type {Bench, Condition} from './bench.ts';
import {anyText, fuzz, hostileText} from './fuzz.ts';
import {app, lookAt, mark, recordOf} from './keys.ts';

/** A file's name as bytes, UTF-8 or not. */
const fileName: fc.Arbitrary<Buffer> = fc
	.tuple(
		fc.oneof(
			anyText.map(text => Buffer.from(text)),
			hostileText.map(text => Buffer.from(text)),
			fc.uint8Array({maxLength: 12}).map(bytes => Buffer.from(bytes)),
		),
		fc.constantFrom('.txt', '.txt', '.TXT', '.md', ''),
	)
	.map(([name, ending]) => Buffer.concat([name.subarray(0, 200), Buffer.from(ending)]))
	.filter(
		name =>
			name.length > 0 && !['.', '..'].includes(name.toString()) && !/[/\0]/.test(name.toString('latin1')),
	);

/** A file, and now and then one beside it whose name is the same in another of Unicode's forms. */
const someForms: fc.Arbitrary<Buffer[]> = fc
	.tuple(fileName, fc.constantFrom('as it is', 'as it is', 'NFC', 'NFD', 'NFKC'))
	.map(([name, form]) => {
		const other = form === 'as it is' || !isUtf8(name) ? null : Buffer.from(name.toString().normalize(form));
		return other === null || other.length > 250 || /[/\0]/.test(other.toString('latin1'))
			? [name]
			: [name, other];
	});

/** Files of any names become bots of those names: kept, read back, and listed without harm. */
export const names: Condition = {
	name: 'bot and file names',
	async run(bench) {
		const {services, folder, close} = await testServices();
		const poems = path.join(folder, 'poems');
		try {
			await fuzz(bench, 2000, fc.array(someForms, {maxLength: 4}), async forms => {
				const files = forms.flat();
				rmSync(poems, {recursive: true});
				mkdirSync(poems);
				for (const file of files) {
					writeFileSync(Buffer.concat([Buffer.from(`${poems}/`), file]), 'A line.\n');
				}

				const wanted = new Set(
					files.filter(file => isUtf8(file) && isPoemFile(file.toString())).map(file => file.toString()),
				);
				const found = await services.poems.read();
				const bots = found.poems.map(poem => poem.bot);
				if (!isDeepStrictEqual(new Set(found.poems.map(poem => poem.file)), wanted)) {
					bench.count('lost', `poems ${JSON.stringify([...wanted])} became ${JSON.stringify(bots)}`);
				}

				if (
					new Set(bots.map(bot => bot.normalize())).size !== bots.length ||
					found.poems.some(({bot, file}) => !bot.startsWith(botName(file)))
				) {
					bench.count('broken', `the names ${JSON.stringify(bots)}`);
				}

				await keepAndList(bench, services, bots);
			});
		} finally {
			await close();
		}
	},
};

type TestServices = Awaited<ReturnType<typeof testServices>>['services'];

async function keepAndList(bench: Bench, services: TestServices, bots: readonly string[]): Promise<void> {
	const [bot] = bots;
	if (bot !== undefined) {
		const record = recordOf(bot, {key: 1, previous: null});
		await services.keystore.update(bot, () => record, app);
		// By another reader: the one that saved has it in memory.
		const {dir: folder, name: flock} = path.parse(services.keystore.path);
		const reader = openKeystore({folder, flock, poems: null});
		if (!isDeepStrictEqual(await reader.get(bot), record)) {
			bench.count('lost', `the key of ${JSON.stringify(bot)}`);
		}
	}

	for (const json of [false, true]) {
		const {write, out, err} = collect();
		await list({json}, services, write);
		const shown = [...(json ? [] : out), ...err].map(line => line.replaceAll('\n', '\r'));
		lookAt(bench, [...shown, ...(json ? out : [])].join('\n'), [mark], `a list of ${JSON.stringify(bots)}`);
		if (json) {
			const rows = JSON.parse(out.join('\n')) as {bot: string}[];
			if (!isDeepStrictEqual(new Set(rows.map(row => row.bot)), new Set(bots))) {
				bench.count('lost', `the list of ${JSON.stringify(bots)}`);
			}
		}
	}

	if (bot !== undefined) {
		await services.keystore.update(bot, () => null);
	}
}

const size = fc.record({columns: fc.integer({min: 1, max: 160}), rows: fc.integer({min: 1, max: 50})});
const view = viewWith();

/** Every screen, with any names, handles, notes and poems, and anything typed or pasted. */
export const screens: Condition = {
	name: 'screens',
	run(bench) {
		const poem = path.join(bench.folder(), 'poem.txt');
		return fuzz(
			bench,
			3000,
			fc.tuple(size, fc.array(anyText, {minLength: 1, maxLength: 6}), anyText, anyText),
			async ([window, texts, pasted, handle]) => {
				writeFileSync(poem, `${pasted}\n${handle}`);
				const text = await readPoemText(poem, 20);
				const flock = texts.map((text, index) =>
					botCalled(text, index % 2 === 0 ? {expectedHandle: handle} : {key: infoOf(handle)}),
				);
				const {state} = play(
					flockScreen(flock, {size: window}),
					{
						type: 'read',
						flock,
						folder: {path: handle, poems: [], notes: [{file: pasted, sentence: 'Skipped.'}], problem: null},
						app: null,
					},
					{type: 'poem', bot: texts[0] ?? '', text},
				);
				const pin = pinScreen(flock, {size: window});
				const states = [
					state,
					play(state, '/', {type: 'paste', text: pasted}).state,
					play(state, 'f').state,
					play(state, 'e', {type: 'paste', text: pasted}).state,
					pin.state,
					play(pin, {type: 'paste', text: pasted}).state,
					play(pin, 's').state,
				];
				for (const one of states) {
					for (const line of frameLines(one, view)) {
						const drawn = fit(line, window.columns, view.theme).map(({text}) => text);
						const shown = [...drawn, line.say ?? '', line.url ?? ''].join(' ').replaceAll('\n', '\r');
						lookAt(bench, shown, [], JSON.stringify([one.screen.name, shown, texts, pasted, handle]));
					}
				}
			},
		);
	},
};
