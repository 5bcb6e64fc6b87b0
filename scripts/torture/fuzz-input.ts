import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {inspect, isDeepStrictEqual} from 'node:util';
import fc from 'fast-check';
import {quote} from '../../source/bundles/dotenv.ts';
import type {BundleEntry} from '../../source/bundles/format.ts';
import {type FormatName, formatNames, formats} from '../../source/bundles/formats.ts';
import {readImport} from '../../source/bundles/import.ts';
import {unquoted} from '../../source/bundles/ini-text.ts';
import {FlockError} from '../../source/flock/error.ts';
import {cleanPin} from '../../source/keymaker/pin.ts';
import {entries, entryOf, keptBy} from '../../test/bundles/entries.ts';
import type {Bench, Condition} from './bench.ts';
import {anyText, damageTo, fuzz, hostileText} from './fuzz.ts';
import {app, lookAt, mark, openAt, placeIn, recordOf} from './keys.ts';

const digits = fc.string({unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 16});
const between = fc.constantFrom(' ', '-', '\u00A0', '\u200B', '\uFEFF', '\r\n', '\t', '\u2013', '\u2060');

/** A PIN as it may be pasted, and the PIN itself. */
const pasted = fc.oneof(
	fc
		.tuple(digits, fc.array(between, {minLength: 18, maxLength: 18}), fc.boolean())
		.map(([pin, gaps, wide]): [string, string] => {
			const shown = wide ? pin.replace(/\d/g, digit => String.fromCharCode(0xff10 + Number(digit))) : pin;
			return [`${gaps[16]}${[...shown].map((digit, index) => `${digit}${gaps[index]}`).join('')}`, pin];
		}),
	digits.map((pin): [string, string] => [
		`https://poems.invalid/back?oauth_token=practice&oauth_verifier=${pin}`,
		pin,
	]),
);

/** What is pasted where a PIN belongs. */
export const pins: Condition = {
	name: 'PINs and pastes',
	async run(bench) {
		await fuzz(bench, 5000, pasted, ([text, pin]) => {
			if (cleanPin(text, 'practice') !== pin) {
				bench.count('broken', `${JSON.stringify(text)} is not ${pin}`);
			}
		});
		await fuzz(bench, 5000, fc.oneof(anyText, hostileText), text => {
			const secret = `${mark}${text}`;
			for (const one of [text, secret, `https://x.invalid/?oauth_token=${secret}&oauth_verifier=1`]) {
				try {
					const pin = cleanPin(one, 'practice');
					if (!(one.includes('oauth_verifier=') ? /^[A-Za-z0-9]{1,200}$/ : /^\d{1,16}$/).test(pin)) {
						bench.count('broken', `${JSON.stringify(one)} became ${pin}`);
					}
				} catch (error) {
					lookAtError(bench, error, /^pin-/, [mark], JSON.stringify(one));
				}
			}
		});
	},
};

/** Counts an error that is not one of ours, and looks at everything that could be printed of it. */
export function lookAtError(
	bench: Bench,
	error: unknown,
	code: RegExp,
	secrets: readonly string[],
	what: string,
): void {
	if (!(error instanceof FlockError) || !code.test(error.code)) {
		bench.count('broken', `${error} at ${what}`);
		return;
	}

	lookAt(bench, `${error.message} ${error.hint}`.replaceAll('\n', '\r'), secrets, what);
	const all = inspect(error, {showHidden: true, depth: null, getters: true});
	if (secrets.some(secret => all.includes(secret) || JSON.stringify(error).includes(secret))) {
		bench.count('leaked', `inspect at ${what}`);
	}
}

/** Random damage to a keystore: noticed, explained, and never written over. */
export const keystoreFiles: Condition = {
	name: 'keystore files',
	async run(bench) {
		for (const passphrase of [null, 'words']) {
			const place = placeIn(bench.folder());
			const keystore = openAt(place, passphrase);
			await keystore.update('harbour', () => recordOf('harbour', {key: 2, previous: 1}), app);
			if (passphrase !== null) {
				await keystore.encrypt(passphrase);
			}

			const good = readFileSync(keystore.path);
			await fuzz(bench, 2000, fc.tuple(damageTo(good), fc.boolean()), async ([bytes, write]) => {
				if (bytes.equals(good)) {
					return;
				}

				writeFileSync(keystore.path, bytes);
				const fresh = openAt(place, passphrase);
				const attempt = write
					? fresh.update('ode', () => recordOf('ode', {key: 1, previous: null}))
					: fresh.list();
				const error = await attempt.then(
					() => new Error('the damage was not noticed'),
					(reason: unknown) => reason,
				);
				lookAtError(bench, error, /^keystore-damaged$/, [mark], `damage in ${bytes.length} bytes`);
				if (!readFileSync(keystore.path).equals(bytes)) {
					bench.count('lost', 'a damaged file was written over');
				}
			});
		}
	},
};

/** What each format can hold. */
const holds: Record<FormatName, (value: string) => boolean> = {
	bundle: () => true,
	dotenv: value => quote(value) !== null,
	twurl: () => true,
	t: () => true,
	xurl: () => true,
	twarc: value => value.trim() === value && unquoted(value) === value,
	json: () => true,
};

const fileNames: Record<FormatName, string> = {
	bundle: 'harbour.json',
	dotenv: 'harbour.env',
	twurl: '.twurlrc',
	t: '.trc',
	xurl: 'auth.yml',
	twarc: '.twarc',
	json: 'keys.json',
};

/** Files of every format: what is written is read back equal; damage and doubt are told of, without a secret; nothing is cut in silence. */
export const imports: Condition = {
	name: 'import formats',
	async run(bench) {
		const folder = bench.folder();
		await fuzz(bench, 500, torn, ({text, secret, sought}) => {
			const {entries: taken, problems} = formats.dotenv.read(text);
			const [whole] = formats.dotenv.read(text, true).entries;
			if (taken.length > 0 || whole?.accessSecret !== secret) {
				bench.count('lost', `${secret} became ${taken[0]?.accessSecret}, and ${whole?.accessSecret}`);
			}

			lookAt(bench, problems.join('\r'), sought, text);
		});
		for (const name of formatNames) {
			const format = formats[name];
			const entry = entries(value => holds[name](value) && holds[name](`${mark}${value}`)).map(marked);
			await fuzz(bench, 500, entry, one => {
				const {entries: found, problems} = format.read(format.write([one], null), true);
				if (!isDeepStrictEqual(found, [keptBy(name, one)]) || problems.length > 0) {
					bench.count('lost', `${name}: ${JSON.stringify(one)} became ${JSON.stringify(found)}`);
				}
			});
			const damaged = likeOfX.chain(one =>
				damageTo(Buffer.from(format.write([one], null))).map(bytes => ({bytes, sought: partsOf(one)})),
			);
			await fuzz(bench, 1000, damaged, async ({bytes, sought}) => {
				const file = path.join(folder, fileNames[name]);
				const what = `${name}: ${JSON.stringify(bytes.toString())}`;
				writeFileSync(file, bytes);
				const {problems} = format.read(bytes.toString());
				const read = await readImport(file).catch((error: unknown) => {
					lookAtError(bench, error, /^import-/, sought, what);
					return [];
				});
				for (const problem of [...problems, ...read.flatMap(one => one.problems)]) {
					lookAt(bench, problem.replaceAll('\n', '\r'), sought, `${problem} at ${what}`);
				}
			});
		}
	},
};

const letters = fc.string({
	unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'),
	minLength: 36,
	maxLength: 36,
});

/** An entry whose secrets have the form of X's. */
const likeOfX: fc.Arbitrary<BundleEntry> = fc.tuple(letters, letters, letters).map(([one, two, three]) => ({
	...entryOf(),
	consumerSecret: `notReal${one}`,
	accessToken: `12-notReal${two}`,
	accessSecret: `notReal${three}`,
}));

/** An `.env` with a secret that some readers would end within. */
const torn = fc.tuple(likeOfX, letters).map(([one, more]) => {
	const secret = `${one.accessSecret}#${more}`;
	return {
		text: formats.dotenv.write([one], null).replace(one.accessSecret, secret),
		secret,
		sought: [...partsOf(one), more],
	};
});

/** Every part of the secrets from which anybody could guess the rest. */
function partsOf({consumerSecret, accessToken, accessSecret}: BundleEntry): string[] {
	const length = 24;
	return [consumerSecret, accessToken, accessSecret].flatMap(secret =>
		Array.from({length: secret.length - length + 1}, (_, start) => secret.slice(start, start + length)),
	);
}

/** An entry whose secrets can be recognised wherever they turn up. */
function marked(entry: BundleEntry): BundleEntry {
	return {
		...entry,
		consumerSecret: `${mark}${entry.consumerSecret}`,
		accessToken: `${mark}${entry.accessToken}`,
		accessSecret: `${mark}${entry.accessSecret}`,
	};
}
