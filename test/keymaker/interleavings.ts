import assert from 'node:assert/strict';
import {readdirSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {FlockError} from '../../source/flock/error.ts';
import {type BotRecord, keysOf, tokenIdOf} from '../../source/flock/key.ts';
import {forgetBot} from '../../source/keymaker/forget.ts';
import {createKeymaker, type Keymaker, type Link, type Outcome} from '../../source/keymaker/keymaker.ts';
import {openKeystore} from '../../source/keystore/open.ts';
import {approve} from '../helpers/approve.ts';
import {type TestServices, testServices} from '../helpers/services.ts';

const bots = ['harbour', 'kettle'] as const;
const accounts = ['ant', 'bee', 'cat'] as const;
type Bot = (typeof bots)[number];
type Account = (typeof accounts)[number];

/** What may happen next; numbers pick one of what there is, round and round. */
type Step =
	/** A window asks for a link, and somebody presses Authorize app there as this account. */
	| {do: 'link'; window: 0 | 1; bot: Bot; account: Account}
	/** A PIN is handed in, and X lets the answer wait. */
	| {do: 'submit'; which: number}
	/** The person leaves while an answer waits. */
	| {do: 'leave'; which: number}
	/** An answer comes. */
	| {do: 'answer'; which: number}
	/** A window shows what is held. */
	| {do: 'look'; window: 0 | 1; bot: Bot}
	/** A window decides about one of those that it has last shown. */
	| {do: 'keep' | 'discard'; window: 0 | 1; bot: Bot; which: number}
	| {do: 'forget'; bot: Bot}
	| {do: 'expect'; bot: Bot; account: Account | null}
	/** The keystore takes nothing from a window, or does again. */
	| {do: 'fill' | 'free'; window: 0 | 1}
	| {do: 'retry'; window: 0 | 1; bot: Bot}
	/** A window is killed, and opened anew. */
	| {do: 'kill'; window: 0 | 1};

const window = fc.constantFrom<0 | 1>(0, 1);
const bot = fc.constantFrom(...bots);
const which = fc.nat(7);
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.record({
			do: fc.constant('link' as const),
			window,
			bot,
			account: fc.constantFrom(...accounts),
		}),
	},
	{weight: 5, arbitrary: fc.record({do: fc.constant('submit' as const), which})},
	{weight: 2, arbitrary: fc.record({do: fc.constant('leave' as const), which})},
	{weight: 5, arbitrary: fc.record({do: fc.constant('answer' as const), which})},
	{weight: 3, arbitrary: fc.record({do: fc.constant('look' as const), window, bot})},
	{
		weight: 4,
		arbitrary: fc.record({do: fc.constantFrom('keep' as const, 'discard' as const), window, bot, which}),
	},
	{weight: 1, arbitrary: fc.record({do: fc.constant('forget' as const), bot})},
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant('expect' as const),
			bot,
			account: fc.option(fc.constantFrom(...accounts)),
		}),
	},
	{weight: 1, arbitrary: fc.record({do: fc.constantFrom('fill' as const, 'free' as const), window})},
	{weight: 1, arbitrary: fc.record({do: fc.constant('retry' as const), window, bot})},
	{weight: 1, arbitrary: fc.record({do: fc.constant('kill' as const), window})},
);

const link = (at: 0 | 1, account: Account): Step => ({do: 'link', window: at, bot: 'harbour', account});
const both = (kind: 'submit' | 'answer' | 'leave'): Step[] => [
	{do: kind, which: 0},
	{do: kind, which: kind === 'leave' ? 1 : 0},
];
const look = (at: 0 | 1): Step => ({do: 'look', window: at, bot: 'harbour'});
const decide = (kind: 'keep' | 'discard', at: 0 | 1, number: number): Step => ({
	do: kind,
	window: at,
	bot: 'harbour',
	which: number,
});
/** A key in force, and two held ones beside it, each of another window. */
const twoHeld: readonly Step[] = [
	link(0, 'ant'),
	{do: 'submit', which: 0},
	{do: 'answer', which: 0},
	link(0, 'bee'),
	link(1, 'cat'),
	...both('submit'),
	...both('answer'),
];

/** What has to have been seen, so that the property says something. */
const seen = {
	severalHeld: false,
	heldChanged: false,
	severalUnsaved: false,
	late: false,
	replacedTwice: false,
	killed: false,
	unforeseen: false,
};

let place: TestServices;
let runs = 0;

/** Two windows on one keystore file, and what X has given through them. */
class World {
	readonly folder = path.join(place.folder, `keystore-${++runs}`);
	readonly full = [false, false];
	readonly windows = [0, 1].map(number => this.openWindow(number));
	readonly pins: {window: number; bot: Bot; link: Link; pin: string}[] = [];
	readonly waiting: {
		window: number;
		bot: Bot;
		leaving: AbortController;
		gate: PromiseWithResolvers<void>;
		outcome: Promise<Outcome | FlockError>;
	}[] = [];
	readonly shown = new Map<string, readonly string[]>();
	/** Every token that reached a window, by its bot, until the person did away with it or it was replaced twice. */
	readonly reached: Readonly<Record<Bot, Set<string>>> = {harbour: new Set(), kettle: new Set()};
	/** The tokens that X has given, by what names them. */
	readonly given = new Map<string, string>();
	/** What the answer to the exchange that begins next waits for. */
	nextGate: PromiseWithResolvers<void> | null = null;

	openWindow(number: number): {keymaker: Keymaker; keystore: ReturnType<typeof openKeystore>; kill(): void} {
		let isDead = false;
		let refusals = 0;
		const {x, appSource, now} = place.services;
		const keystore = openKeystore({
			folder: this.folder,
			flock: 'test',
			poems: path.join(place.folder, 'poems'),
		});
		const keymaker = createKeymaker({
			appSource,
			now,
			x: {
				...x,
				exchangePin: async (...words) => {
					const gate = this.nextGate;
					const grant = await x.exchangePin(...words);
					await gate?.promise;
					this.given.set(tokenIdOf(grant), grant.accessToken);
					return grant;
				},
			},
			keystore: {
				...keystore,
				update: async (...change) => {
					if (isDead) {
						throw new Error('A process that was killed saves nothing.');
					}

					refusals += this.full[number] ? 1 : 0;
					// A fresh key comes with its app.
					if (this.full[number] && change[2] !== undefined && refusals % 2 === 0) {
						seen.unforeseen = true;
						throw new TypeError('Nobody foresaw this.');
					}

					if (this.full[number]) {
						throw new FlockError('keystore-full', 'No space is left.', {hint: 'Free up some space.'});
					}

					return keystore.update(...change);
				},
			},
		});
		return {
			keymaker,
			keystore,
			kill() {
				isDead = true;
			},
		};
	}

	windowOf(number: number) {
		const found = this.windows[number];
		assert.ok(found);
		return found;
	}

	async records(): Promise<Record<Bot, BotRecord | null>> {
		const {keystore} = this.windowOf(0);
		return {harbour: await keystore.get('harbour'), kettle: await keystore.get('kettle')};
	}

	unsaved(bot: Bot): string[] {
		return this.windows.flatMap(({keymaker}) => keymaker.reveal(bot).map(key => key.accessToken));
	}

	copies(): string {
		const folder = path.join(this.folder, 'backups', 'test');
		return readdirSync(folder)
			.map(name => readFileSync(path.join(folder, name), 'utf8'))
			.join('');
	}

	/** Does a step. @returns the tokens that left by it at the person's wish. */
	async take(next: Step): Promise<Partial<Record<Bot, string[]>>> {
		switch (next.do) {
			case 'link': {
				const {keymaker} = this.windowOf(next.window);
				const isHeld = ((await this.records())[next.bot]?.held.length ?? 0) > 0;
				const made = await keymaker.requestLink(next.bot).catch(expected);
				assert.equal(made instanceof FlockError && made.code === 'held', isHeld);
				if (!(made instanceof FlockError)) {
					this.pins.push({...next, link: made, pin: await approve(made.url, next.account)});
				}

				return {};
			}

			case 'submit': {
				const [handed] = this.pins.splice(next.which % Math.max(1, this.pins.length), 1);
				if (handed !== undefined) {
					const leaving = new AbortController();
					const gate = Promise.withResolvers<void>();
					this.nextGate = gate;
					const {keymaker} = this.windowOf(handed.window);
					const {signal} = leaving;
					const outcome = keymaker.submitPin(handed.link, handed.pin, {signal}).catch(expected);
					this.nextGate = null;
					this.waiting.push({...handed, leaving, gate, outcome});
				}

				return {};
			}

			case 'leave':
				this.waiting[next.which % Math.max(1, this.waiting.length)]?.leaving.abort();
				return {};
			case 'answer': {
				const [answered] = this.waiting.splice(next.which % Math.max(1, this.waiting.length), 1);
				answered?.gate.resolve();
				const outcome = await answered?.outcome;
				if (answered === undefined || outcome === undefined) {
					return {};
				}

				if (outcome instanceof FlockError) {
					assert.equal(outcome.code, 'link-void');
					return {};
				}

				seen.late ||= answered.leaving.signal.aborted;
				assert.ok(
					!answered.leaving.signal.aborted || outcome.kind !== 'saved',
					'a late key was put in force',
				);
				await this.takeDown(outcome);
				return {};
			}

			case 'look': {
				const {records} = await this.windowOf(next.window).keystore.list();
				const held = records.get(next.bot)?.held ?? [];
				this.shown.set(
					`${next.window} ${next.bot}`,
					held.map(({tokenId}) => tokenId),
				);
				return {};
			}

			case 'keep':
			case 'discard': {
				const shown = this.shown.get(`${next.window} ${next.bot}`) ?? [];
				const tokenId = shown[next.which % Math.max(1, shown.length)];
				return tokenId === undefined ? {} : this.decide(next.do, next.window, next.bot, tokenId);
			}

			case 'forget': {
				const record = (await this.records())[next.bot];
				if (record === null || keysOf(record).length === 0) {
					return {};
				}

				await forgetBot(next.bot, this.windowOf(0).keystore);
				return {[next.bot]: keysOf(record).map(key => key.accessToken)};
			}

			case 'expect':
				await this.windowOf(0).keymaker.expectHandle(next.bot, next.account).catch(expected);
				return {};
			case 'fill':
			case 'free':
				this.full[next.window] = next.do === 'fill';
				return {};
			case 'retry':
				await this.windowOf(next.window).keymaker.retrySave(next.bot).catch(expected);
				return {};
			case 'kill': {
				const {keymaker, kill} = this.windowOf(next.window);
				kill();
				// What was in memory alone leaves with it; whatever else there is has to stay.
				const gone = {
					harbour: keymaker.reveal('harbour').map(key => key.accessToken),
					kettle: keymaker.reveal('kettle').map(key => key.accessToken),
				};
				seen.killed ||= gone.harbour.length > 0;
				const dead = this.waiting.filter(({window: at}) => at === next.window);
				for (const {gate, outcome} of dead) {
					gate.resolve();
					await outcome;
				}

				this.waiting.splice(0, this.waiting.length, ...this.waiting.filter(one => !dead.includes(one)));
				this.pins.splice(0, this.pins.length, ...this.pins.filter(({window: at}) => at !== next.window));
				this.full[next.window] = false;
				this.windows[next.window] = this.openWindow(next.window);
				return gone;
			}
		}
	}

	async decide(kind: 'keep' | 'discard', at: number, bot: Bot, tokenId: string) {
		const earlier = await this.records();
		const {keymaker} = this.windowOf(at);
		const decision = await keymaker[kind](bot, tokenId).catch(expected);
		const later = await this.records();
		const held = earlier[bot]?.held.find(({key}) => tokenIdOf(key) === tokenId);
		if (decision instanceof FlockError) {
			seen.heldChanged ||= decision.code === 'held-changed';
			assert.equal(decision.code, this.full[at] ? 'keystore-full' : 'held-changed');
			assert.ok(this.full[at] || held === undefined, 'a held key was not decided about');
			assert.deepEqual(later, earlier);
			return {};
		}

		assert.ok(held !== undefined, 'a decision was made about a key that was not held');
		const others = earlier[bot]?.held.filter(one => one !== held);
		assert.deepEqual(later[bot]?.held, others, 'the others do not stay held');
		if (kind === 'keep') {
			assert.equal(later[bot]?.key?.accessToken, held.key.accessToken);
			return {};
		}

		assert.deepEqual(later[bot]?.key, earlier[bot]?.key);
		return {[bot]: [held.key.accessToken]};
	}

	/** Takes a token down as one that must not be lost from now on; it has to be where the outcome says. */
	async takeDown({bot, tokenId, kind}: Outcome): Promise<void> {
		const record = (await this.records())[bot as Bot];
		const token = this.given.get(tokenId);
		assert.ok(token !== undefined, 'an outcome is about a token that X did not give');
		const places = {
			saved: record?.key?.accessToken === token,
			held: record?.held.some(({key}) => key.accessToken === token),
			unsaved: this.unsaved(bot as Bot).includes(token),
		};
		assert.ok(places[kind], `a key said to be ${kind} is not`);
		this.reached[bot as Bot].add(token);
	}
}

function expected(error: unknown): FlockError {
	assert.ok(error instanceof FlockError, String(error));
	return error;
}

async function play(steps: readonly Step[]): Promise<void> {
	const world = new World();
	let earlier = await world.records();
	for (const next of steps) {
		const away = await world.take(next);
		const later = await world.records();
		for (const bot of bots) {
			const record = later[bot];
			seen.severalHeld ||= (record?.held.length ?? 0) > 1;
			seen.severalUnsaved ||= world.windows.some(({keymaker}) => keymaker.reveal(bot).length > 1);
			const there = new Set([
				...(record === null ? [] : keysOf(record).map(key => key.accessToken)),
				...world.unsaved(bot),
			]);
			assert.equal(new Set(record?.held.map(({key}) => key.accessToken)).size, record?.held.length ?? 0);
			for (const token of [...world.reached[bot]].filter(one => !there.has(one))) {
				const wasHeld = earlier[bot]?.held.some(({key}) => key.accessToken === token) ?? false;
				const isWish = away[bot]?.includes(token) ?? false;
				if (!isWish) {
					assert.ok(!wasHeld, `${next.do} lost a held key of ${bot}`);
					assert.ok(world.copies().includes(token), `${next.do} lost a key of ${bot}`);
					seen.replacedTwice = true;
				}

				world.reached[bot].delete(token);
			}
		}

		earlier = later;
	}

	for (const {gate, outcome} of world.waiting) {
		gate.resolve();
		await outcome;
	}

	rmSync(world.folder, {recursive: true, force: true});
}

/**
 * Holds, through random interleavings of what two windows on one keystore may meet, that every token that X gave is in force,
 * previous, held or unsaved, or left by an act about it.
 * @param seed fast-check's; a random one otherwise.
 * @throws what was lost, and the steps that led to it
 */
export async function holdInterleavings(numRuns: number, seed?: number): Promise<void> {
	place = await testServices({poems: bots});
	try {
		await holdAll(numRuns, seed);
	} finally {
		await place.close();
	}
}

async function holdAll(numRuns: number, seed: number | undefined): Promise<void> {
	const unsavedTwice: Step[] = [
		link(0, 'bee'),
		{do: 'submit', which: 0},
		link(0, 'cat'),
		{do: 'submit', which: 0},
		{do: 'fill', window: 0},
		...both('answer'),
		{do: 'free', window: 0},
		{do: 'retry', window: 0, bot: 'harbour'},
	];
	const late: Step[] = [
		link(0, 'bee'),
		{do: 'submit', which: 0},
		{do: 'leave', which: 0},
		link(0, 'cat'),
		{do: 'submit', which: 0},
		{do: 'answer', which: 1},
		{do: 'answer', which: 0},
	];
	await fc.assert(fc.asyncProperty(fc.array(step, {maxLength: 24}), play), {
		numRuns,
		...(seed === undefined ? {} : {seed}),
		examples: [
			// Each window decides about what it has shown, after the other one has decided.
			[[...twoHeld, look(0), look(1), decide('keep', 0, 0), decide('discard', 1, 0), decide('keep', 1, 1)]],
			[[...twoHeld, look(0), decide('keep', 0, 1), decide('keep', 0, 0), decide('discard', 0, 0)]],
			[unsavedTwice],
			[late],
			[[...twoHeld, {do: 'kill', window: 1}, look(0), decide('keep', 0, 1)]],
			[[...unsavedTwice.slice(0, -2), {do: 'retry', window: 0, bot: 'harbour'}, {do: 'kill', window: 0}]],
		],
	});
	assert.deepEqual(
		Object.entries(seen).filter(([, was]) => !was),
		[],
		'the property was never tried where it matters',
	);
}
