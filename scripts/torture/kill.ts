import {setTimeout as delay} from 'node:timers/promises';
import type {Keystore, KeystoreUpkeep} from '../../source/keystore/keystore.ts';
import type {Bench, Condition} from './bench.ts';
import {
	app,
	type Known,
	lookForSecrets,
	mark,
	missing,
	type Numbers,
	openAt,
	type Place,
	placeIn,
	read,
	textOf,
} from './keys.ts';
import {ageLock, type Running, startWorker} from './processes.ts';
import type {Operation, Told, Walk} from './worker.ts';

const bots = ['harbour', 'kettle', 'lamplight', '__proto__', '俳句', 'v1.2'];

/** How often one keystore is worked on by a program that is killed. */
const killsOfOne = 20;

/** What was reported of a keystore, and so has to be there. */
type Model = {
	known: Known;
	/** Every state that was in force, or was being saved; any of them may come back from a copy. */
	history: Set<string>;
	passphrase: string | null;
	/** True where a save has ended since it was encrypted, so that nothing in plain text is left. */
	allEncrypted: boolean;
	/** The number of the next key. */
	next: number;
};

/** SIGKILL at random instants of saves, re-authorizations, forgets and restores. */
export const killed: Condition = {name: 'killed in saves', run: bench => killAll(bench, 600, 'changes')};

/** SIGKILL at random instants, among them encryptions, changes of the passphrase, and decryptions. */
export const killedEncrypting: Condition = {
	name: 'killed in encryptions',
	run: bench => killAll(bench, 400, 'encryptions'),
};

async function killAll(bench: Bench, full: number, kind: Walk): Promise<void> {
	let left = bench.times(full);
	const oneAfterTheOther = async () => {
		while (left > 0) {
			const kills = Math.min(left, killsOfOne);
			left -= kills;
			await killOne(bench, kills, kind);
		}
	};
	await Promise.all([oneAfterTheOther(), oneAfterTheOther()]);
}

async function killOne(bench: Bench, kills: number, kind: Walk): Promise<void> {
	const root = bench.folder();
	const place = placeIn(root);
	const model: Model = {
		known: new Map(),
		history: new Set([textOf(new Map())]),
		passphrase: null,
		allEncrypted: false,
		next: 1,
	};
	for (let kill = 0; kill < kills; kill += 1) {
		const worker = startWorker(bench, {
			place,
			passphrase: model.passphrase,
			do: 'walk',
			seed: bench.below(2 ** 31),
			bots,
			next: model.next,
			kind,
		});
		const begun = 1 + bench.below(5);
		await worker.until(told => told.filter(line => 'begin' in line).length >= begun);
		await delay(bench.random() * 30);
		worker.child.kill('SIGKILL');
		await worker.ended;
		bench.tried();
		const inFlight = follow(bench, model, worker);
		ageLock(openAt(place).path);
		await lookAfter(bench, model, inFlight, place);
	}

	await lookAtTheEnd(bench, model, place);
}

/** Takes over what the worker has reported; returns what it was in the midst of. */
function follow(bench: Bench, model: Model, {told}: Running): Operation | null {
	let inFlight: Operation | null = null;
	for (const line of told as Told[]) {
		if ('failed' in line) {
			bench.count('broken', `the worker failed: ${line.message}`);
		} else if ('begin' in line) {
			inFlight = line.begin;
			model.next = 'number' in inFlight ? inFlight.number + 1 : model.next + 1;
			const coming = after(model.known, inFlight);
			model.history.add(textOf(coming));
			if (inFlight.name === 'purge') {
				model.history = new Set([...model.history, ...without(model.history, inFlight.bot)]);
			}
		} else {
			inFlight = null;
			finish(bench, model, line.done, line.state);
		}
	}

	return inFlight;
}

function finish(bench: Bench, model: Model, done: Operation, state: [string, Numbers | null][] | null): void {
	model.known = after(model.known, done);
	switch (done.name) {
		case 'encrypt':
		case 'passphrase':
			model.passphrase = done.passphrase;
			model.allEncrypted = true;
			break;
		case 'decrypt':
			model.passphrase = null;
			model.allEncrypted = false;
			break;
		case 'purge':
			model.history = new Set(without(model.history, done.bot));
			break;
		case 'restore': {
			const restored = new Map(state ?? []);
			if (!model.history.has(textOf(restored))) {
				bench.count('broken', 'a restored state never was one');
			}

			model.known = wholeOf(bench, restored);
			break;
		}
		default:
			model.allEncrypted ||= model.passphrase !== null;
	}
}

/** What is known once an operation is done. */
function after(known: Known, operation: Operation): Map<string, Numbers> {
	const next = new Map(known);
	if (operation.name === 'save' || operation.name === 'authorize again') {
		const {bot, number} = operation;
		next.set(bot, {key: number, previous: known.get(bot)?.key ?? null});
	} else if (operation.name === 'forget' || operation.name === 'purge') {
		next.delete(operation.bot);
	}

	return next;
}

function without(history: Iterable<string>, bot: string): string[] {
	return [...history].map(text =>
		JSON.stringify((JSON.parse(text) as unknown[][]).filter(entry => entry[0] !== bot)),
	);
}

/** The keystore opens, and holds what was reported, or what was being done. */
async function lookAfter(
	bench: Bench,
	model: Model,
	inFlight: Operation | null,
	place: Place,
): Promise<void> {
	const opened = await open(model, inFlight, place).catch(error => {
		bench.count('broken', `it does not open: ${error}`);
		bench.count('lost', 'every key', model.known.size);
		return null;
	});
	if (opened === null) {
		return;
	}

	const {keystore, passphrase} = opened;
	const found = await read(keystore);
	const text = textOf(found);
	const possible = new Set([textOf(model.known)]);
	if (inFlight !== null) {
		possible.add(textOf(after(model.known, inFlight)));
	}

	if (!possible.has(text) && !(inFlight?.name === 'restore' && model.history.has(text))) {
		const lost = missing(model.known, found);
		bench.count('lost', `after ${inFlight?.name ?? 'nothing'}: ${textOf(model.known)} became ${text}`, lost);
		bench.count(lost === 0 ? 'broken' : 'lost', 'a state that nobody saved', lost === 0 ? 1 : 0);
	}

	if (found.size > 0 && (await keystore.appKey(app.consumerKey))?.consumerSecret !== app.consumerSecret) {
		bench.count('lost', 'the app’s secret');
	}

	for (const copy of await keystore.backups()) {
		if (copy.problem?.includes('damaged')) {
			bench.count('broken', copy.problem);
		}
	}

	model.allEncrypted &&= passphrase !== null && inFlight?.name !== 'decrypt';
	model.known = wholeOf(bench, found);
	model.history.add(text);
	model.passphrase = passphrase;
	lookForSecrets(bench, place.folder, model.allEncrypted ? mark : null);
}

function wholeOf(bench: Bench, found: ReadonlyMap<string, Numbers | null>): Known {
	const known = new Map<string, Numbers>();
	for (const [bot, numbers] of found) {
		if (numbers === null) {
			bench.count('broken', `the record of ${bot} is not as it was saved`);
		} else {
			known.set(bot, numbers);
		}
	}

	return known;
}

/** Opens it with the passphrase that was in force, or with the one that was being set. */
async function open(
	model: Model,
	inFlight: Operation | null,
	place: Place,
): Promise<{keystore: Keystore & KeystoreUpkeep; passphrase: string | null}> {
	if (!(await openAt(place).isEncrypted())) {
		const keystore = openAt(place);
		await keystore.list();
		if (model.passphrase !== null && inFlight?.name !== 'decrypt') {
			throw new Error('it is in plain text, and nobody decrypted it');
		}

		return {keystore, passphrase: null};
	}

	const coming = inFlight !== null && 'passphrase' in inFlight ? inFlight.passphrase : null;
	let refused: unknown = new Error('it is encrypted, and nobody encrypted it');
	for (const passphrase of [coming, model.passphrase]) {
		if (passphrase !== null) {
			try {
				const keystore = openAt(place, passphrase);
				await keystore.list();
				return {keystore, passphrase};
			} catch (error) {
				refused = error;
			}
		}
	}

	throw refused;
}

/** One more save mends everything that the kills have left behind. */
async function lookAtTheEnd(bench: Bench, model: Model, place: Place): Promise<void> {
	const keystore = openAt(place, model.passphrase);
	const number = model.next;
	await keystore.update('harbour', record => ({
		...(record ?? {expectedHandle: null, wantedAccess: 'write', held: [], key: null}),
		previous: null,
		expectedHandle: `practice_${number}`,
	}));
	const {findings} = await keystore.health();
	for (const finding of findings) {
		bench.count('broken', finding.sentence);
	}

	lookForSecrets(bench, place.folder, model.passphrase === null ? null : mark);
}
