import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	copyFileSync,
	lchownSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {type Bench, type Condition, Skip} from './bench.ts';
import {assertFailed, failure} from './expect.ts';
import {app, openAt, placeIn, read, recordOf} from './keys.ts';

/** Nobody's number, on every Linux. */
const nobody = 65534;

/** Names that no copy of ours has. */
const oddNames = [
	'9999-12-31T235959.999Z.json',
	'+099999-01-01T000000.000Z.json',
	'2026-99-99T999999.999Z.json',
	'2026-02-30T000000.000Z.json',
	'NaN.json',
	'notes',
];

/** What is put beside the copies, or among them. */
const plants: readonly ((target: string, planted: string) => void)[] = [
	(target, planted) => symlinkSync(planted, target),
	target => symlinkSync('/dev/null', target),
	target => execFileSync('mkfifo', [target]),
	target => mkdirSync(target),
];

/** Things that are no copies of ours lie among the copies, while the keystore is saved, restored and purged. */
export const plantedCopies: Condition = {
	name: 'planted copies',
	async run(bench) {
		for (let time = bench.times(60); time > 0; time -= 1) {
			const root = bench.folder();
			const place = placeIn(root);
			const keystore = openAt(place);
			const save = (bot: string) => keystore.update(bot, () => recordOf(bot, {key: 1, previous: null}), app);
			await save('harbour');
			const folder = path.join(place.folder, 'backups', place.flock);
			const before = plant(bench, folder, await strangeKeystore(root));
			for (let number = 1; number <= 12; number += 1) {
				const error = await failure(save(`kettle ${number}`));
				bench.count('broken', `it was not saved beside them: ${error}`, error === null ? 0 : 1);
			}

			bench.tried();
			await lookAtCopies(bench, keystore, 10);
			const error = await failure(keystore.restore(1 + bench.below(3)));
			bench.count('broken', `it was not restored: ${error}`, error === null ? 0 : 1);
			bench.count('broken', 'a planted copy was put back', (await read(keystore)).has('planted') ? 1 : 0);
			const purged = await failure(keystore.purge('kettle 1'));
			bench.count('broken', `it was not purged: ${purged}`, purged === null ? 0 : 1);
			await lookAtCopies(bench, keystore, null);
			const gone = [...before].filter(
				([target, number]) => lstatSync(target, {throwIfNoEntry: false})?.ino !== number,
			);
			bench.count('lost', 'what is no copy of ours was changed or removed', gone.length);
			for (const open of [folder, path.dirname(folder)]) {
				chmodSync(open, 0o777);
				assertFailed(bench, await failure(save('late')), /^keystore-unsafe$/, {...place, folder: open});
				chmodSync(open, 0o700);
			}
		}
	},
};

/** Another keystore's file, outside the folder. */
async function strangeKeystore(root: string): Promise<string> {
	const other = openAt({...placeIn(path.join(root, 'strange'))});
	await other.update('planted', () => recordOf('planted', {key: 1, previous: null}), app);
	return other.path;
}

/** Puts random things among the copies. @returns their paths, with their numbers on the disk */
function plant(bench: Bench, folder: string, planted: string): Map<string, number> {
	const names = new Set<string>();
	for (const name of oddNames.filter(() => bench.below(2) === 0)) {
		copyFileSync(planted, path.join(folder, name));
		names.add(name);
	}

	for (let number = 1 + bench.below(8); number > 0; number -= 1) {
		const name = `2026-01-${String(number).padStart(2, '0')}T000000.000Z.json`;
		plants[bench.below(plants.length)]?.(path.join(folder, name), planted);
		names.add(name);
	}

	return new Map([...names].map(name => [path.join(folder, name), lstatSync(path.join(folder, name)).ino]));
}

async function lookAtCopies(
	bench: Bench,
	keystore: ReturnType<typeof openAt>,
	wanted: number | null,
): Promise<void> {
	const copies = await keystore.backups().catch(() => []);
	const bad = copies.filter(({problem}) => problem !== null).length;
	bench.count('broken', 'what is no copy of ours was taken for one', bad);
	bench.count(
		'lost',
		`${copies.length} copies are kept`,
		wanted === null || copies.length === wanted ? 0 : 1,
	);
}

/** Root saves to a keystore in a user's folder, in which links lead to root's own files. */
export const rootElsewhere: Condition = {
	name: 'root in others’ folders',
	async run(bench) {
		if (process.getuid?.() !== 0) {
			throw new Skip('needs root');
		}

		for (let time = bench.times(60); time > 0; time -= 1) {
			const root = bench.folder();
			const place = placeIn(root);
			const keystore = openAt(place, null, 0);
			await keystore.update('harbour', () => recordOf('harbour', {key: 1, previous: null}), app);
			const own = path.join(root, 'own');
			mkdirSync(own, {mode: 0o700});
			writeFileSync(path.join(own, 'file'), 'not-a-real-secret', {mode: 0o600});
			const links = ['backups', `backups/${place.flock}`, `${place.flock}.json.lock`, ''];
			const link = links[bench.below(links.length)] ?? '';
			if (link !== '') {
				rmSync(path.join(place.folder, link), {recursive: true, force: true});
				symlinkSync(own, path.join(place.folder, link));
			}

			give(place.folder);
			const before = textOf(own);
			const save = keystore.update('kettle', () => recordOf('kettle', {key: 1, previous: null}));
			bench.tried();
			assertFailed(bench, await failure(save), /^keystore-unsafe$/, place);
			bench.count('leaked', `root wrote through ${link}`, textOf(own) === before ? 0 : 1);
			const given = [own, path.join(own, 'file')].filter(target => lstatSync(target).uid !== 0);
			bench.count('leaked', 'a file of root’s was given away', given.length);
		}
	},
};

/** Everything below a folder, itself too, becomes nobody's; links do, and not what they lead to. */
function give(folder: string): void {
	lchownSync(folder, nobody, nobody);
	for (const entry of readdirSync(folder, {withFileTypes: true})) {
		const target = path.join(folder, entry.name);
		lchownSync(target, nobody, nobody);
		if (entry.isDirectory()) {
			give(target);
		}
	}
}

function textOf(folder: string): string {
	return readdirSync(folder)
		.map(name => {
			const file = path.join(folder, name);
			return lstatSync(file).isFile() ? `${name}: ${readFileSync(file, 'utf8')}` : name;
		})
		.join('\n');
}
