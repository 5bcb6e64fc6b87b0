import {chmodSync, chownSync, renameSync, rmSync} from 'node:fs';
import path from 'node:path';
import {type Condition, Skip} from './bench.ts';
import {assertFailed, assertNamed, assertThere, failure} from './expect.ts';
import {app, filesBelow, openAt, placeIn, recordOf} from './keys.ts';
import {ageLock, startWorker} from './processes.ts';

/** Nobody's number, on every Linux. */
const nobody = 65534;

/** A folder or file that may not be written or read, met by somebody who is not root. */
export const readOnly: Condition = {
	name: 'read-only folder',
	async run(bench) {
		if (process.getuid?.() !== 0) {
			throw new Skip('needs root, to become somebody else');
		}

		for (const [target, mode] of [
			['.', 0o500],
			['backups/harbour', 0o500],
			['harbour.json', 0o000],
			['.', 0o000],
		] as const) {
			for (let time = bench.times(5); time > 0; time -= 1) {
				const root = bench.folder();
				const place = placeIn(root);
				await openAt(place).update('harbour', () => recordOf('harbour', {key: 1, previous: null}), app);
				own(root);
				const closed = path.join(place.folder, target);
				chmodSync(closed, mode);
				const worker = startWorker(
					bench,
					{place, passphrase: null, do: 'try', bot: 'harbour'},
					{user: nobody},
				);
				await worker.ended;
				bench.tried();
				const failed = worker.told.find(line => 'failed' in line);
				assertNamed(bench, failed?.failed, failed?.message, failed?.hint, /un(writ|read)able$/, place);
				chmodSync(closed, 0o700);
				await assertThere(bench, place, new Map([['harbour', {key: 1, previous: null}]]));
			}
		}
	},
};

function own(root: string): void {
	const place = path.join(root, 'keys');
	for (const target of [root, place, path.join(place, 'backups'), path.join(place, 'backups', 'harbour')]) {
		chownSync(target, nobody, nobody);
	}

	for (const file of filesBelow(place)) {
		chownSync(file, nobody, nobody);
	}
}

/** The folder goes between two saves, or in the midst of one, and comes back. */
export const vanished: Condition = {
	name: 'vanished folder',
	async run(bench) {
		for (let time = bench.times(60); time > 0; time -= 1) {
			const place = placeIn(bench.folder());
			const keystore = openAt(place);
			const known = new Map([['harbour', {key: 1, previous: null}]]);
			await keystore.update('harbour', () => recordOf('harbour', {key: 1, previous: null}), app);
			const away = `${place.folder}-away`;
			const midway = time % 2 === 0;
			if (!midway) {
				renameSync(place.folder, away);
			}

			const error = await failure(
				keystore.update('kettle', () => {
					if (midway) {
						renameSync(place.folder, away);
					}

					return recordOf('kettle', {key: 1, previous: null});
				}),
			);
			bench.tried();
			assertFailed(bench, error, /^keystore-/, place);
			rmSync(place.folder, {recursive: true, force: true});
			renameSync(away, place.folder);
			ageLock(keystore.path);
			await assertThere(bench, place, known);
			await keystore.update('kettle', () => recordOf('kettle', {key: 1, previous: null}));
			await assertThere(bench, place, new Map([...known, ['kettle', {key: 1, previous: null}]]));
		}
	},
};
