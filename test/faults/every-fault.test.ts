import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, beforeEach, test} from 'node:test';
import {errorLabel, type FlockError} from '../../source/flock/error.ts';
import {checkKeys} from '../../source/keymaker/check.ts';
import {forgetBot, revokeBot} from '../../source/keymaker/forget.ts';
import type {Link} from '../../source/keymaker/keymaker.ts';
import {type Fault, type FaultKind, faults, type Leg} from '../../source/practice/faults.ts';
import type {Services} from '../../source/services.ts';
import type {Action} from '../../source/tui/model/action.ts';
import {Secret} from '../../source/tui/model/secret.ts';
import {createRunner} from '../../source/tui/runner.ts';
import {type FailureName, failures} from '../../source/x/failures.ts';
import {closeKept} from '../../source/x/kept.ts';
import {approve} from '../helpers/approve.ts';
import {outOfTime} from '../helpers/deadline.ts';
import {type TestServices, testServices} from '../helpers/services.ts';
import {some} from '../helpers/thorough.ts';
import {assertNoSecret, everythingOf, failureOf} from '../x/fixtures.ts';

/** The row of the table of failures that each fault is told by; a function where it depends on the call. */
const told: Record<FaultKind, FailureName | ((leg: Leg) => FailureName)> = {
	reset: 'reset',
	hang: 'timeout',
	truncated: 'torn',
	torn: 'torn',
	'torn-quiet': 'torn',
	dripping: 'timeout',
	huge: 'huge',
	redirect: 'redirect',
	empty: 'empty',
	html: 'html',
	'no-token': 'incomplete',
	unconfirmed: 'incomplete',
	'hostile-name': 'incomplete',
	'broken-json': leg => (leg === 'users_me' || leg === 'invalidate_token' ? 'unreadable' : 'incomplete'),
	'xml-417': 'callback',
	'skewed-date': 'clock',
	'401-32': 'app-key',
	'401-89': leg => (leg === 'request_token' ? 'app-key' : leg === 'access_token' ? 'link-stale' : 'token'),
	'401-135': 'clock',
	'403-415': 'callback',
	'403-453': 'plan',
	'403-not-enrolled': 'plan',
	'403-64': 'account-suspended',
	'403-326': 'account-locked',
	'403-416': 'app-suspended',
	'403-261': 'read-only',
	'403-user-suspended': 'account-suspended',
	'403-client-forbidden': 'plan',
	'403-unsupported': 'request',
	'403-cloudflare': 'blocked',
	'403-xml-87': 'refused',
	'400-invalid-request': 'request',
	'402-credits': 'credits',
	'404-not-found': 'account-unavailable',
	'429': 'rate-limit',
	'429-account-day': 'rate-limit-account',
	'429-app-day': 'rate-limit-app',
	'429-usage-capped': 'cap',
	'500': 'trouble',
	'503': 'trouble',
};

/** The faults after which X has certainly not looked at the PIN: the same one is handed in again. */
const pinStays: ReadonlySet<FaultKind> = new Set([
	'skewed-date',
	'401-32',
	'401-135',
	'403-cloudflare',
	'429',
	'429-account-day',
	'429-app-day',
]);

/** The faults that say of a key that X refuses it. */
const refusesKey: ReadonlySet<FaultKind> = new Set(['401-89', '403-64', '403-326', '403-user-suspended']);

let flock: TestServices;
let services: Services;

before(async () => {
	flock = await testServices({poems: ['harbour', 'kettle', 'moth']});
	services = flock.services;
	await flock.authorize('kettle', 'kettle_poem');
});

after(() => flock.close());

beforeEach(async () => {
	flock.practice.clearFaults();
	if ((await services.keystore.get('harbour'))?.key == null) {
		await flock.authorize('harbour', 'harbour_poem');
	}
});

/** Everything that the keystore keeps, byte for byte, and the names of its files. */
async function kept(): Promise<string> {
	const {path: file} = services.keystore;
	const names = (await readdir(path.dirname(file))).sort();
	return `${names.join(' ')}\n${await readFile(file, 'utf8')}`;
}

/** The records of the bots that a call is not about, and what has been learnt of no key. */
async function others(bot: string): Promise<string> {
	const names = ['harbour', 'kettle', 'moth'].filter(name => name !== bot);
	return JSON.stringify(await Promise.all(names.map(name => services.keystore.get(name))));
}

/** Makes a call while a fault waits for it: once, and then the fault is over. */
async function meet<T>(leg: Leg, {kind}: Fault, call: () => Promise<T>): Promise<T> {
	// The log forgets its oldest requests, so a place in it is known by its entry.
	const last = flock.practice.log().at(-1);
	flock.practice.setFault(`${leg}:${kind}:1`);
	// A reset of a kept connection means that it had died, and is nothing to tell of.
	closeKept(flock.practice.agent);
	try {
		const hasCome = () => flock.practice.log().at(-1) !== last;
		const {deadlineSeconds} = services.x;
		return await (told[kind] === 'timeout' ? outOfTime(deadlineSeconds, hasCome, call) : call());
	} finally {
		const log = flock.practice.log();
		const calls = last === undefined ? log : log.slice(log.lastIndexOf(last) + 1);
		assert.equal(calls.length, 1, 'X was asked again, or never');
		assert.equal(calls[0]?.fault, kind);
	}
}

/** Checks all that a person is told of a fault. */
async function assertTold(error: FlockError, leg: Leg, {kind, how}: Fault, pin = ''): Promise<void> {
	const row = told[kind];
	const {code, sentence, hint, uncertain} = failures[typeof row === 'function' ? row(leg) : row];
	assert.equal(error.code, code);
	const words = sentence.split(/\{\w+\}/);
	assert.ok(
		error.message.startsWith(words[0] ?? '') && error.message.endsWith(words.at(-1) ?? ''),
		error.message,
	);
	assert.doesNotMatch(error.message, /…|undefined|NaN/);

	const mayHaveActed = uncertain && (leg === 'access_token' || leg === 'invalidate_token');
	assert.equal(error.uncertain, mayHaveActed);
	if (!mayHaveActed) {
		// A refused app key says where it came from, to whoever asked with it.
		const asksWithApp = leg === 'request_token' || leg === 'access_token';
		const from = code === 'x-app-key' && asksWithApp ? 'They are practice’s own (…0001). ' : '';
		assert.equal(error.hint, `${from}${hint}`);
	} else if (leg === 'access_token') {
		assert.match(error.hint, /^X may or may not have accepted the PIN.*Get a new link/);
	} else {
		assert.match(error.hint, /^X may or may not have revoked the key, so it stays here\. Revoke it again/);
	}

	if (leg === 'access_token' && how !== 'instead') {
		assert.ok(error.uncertain, 'the PIN is used up, and nobody says so');
	}

	for (const number of kind.match(/\d+/g) ?? []) {
		assert.ok(errorLabel(error).split(' · ').includes(number), errorLabel(error));
	}

	const keys = await Promise.all(['harbour', 'kettle', 'moth'].map(name => services.keystore.get(name)));
	const tokens = keys.flatMap(record =>
		record?.key == null ? [] : [record.key.accessToken, record.key.accessSecret],
	);
	assertNoSecret(everythingOf(error), [
		flock.practice.appKey.consumerSecret,
		...tokens,
		...(pin === '' ? [] : [pin]),
	]);
}

/** The faults of a leg. Of calls beyond the first one of a leg, a newcomer's run tries every sixth. */
const meeting = (leg: Leg) => faults.filter(({legs}) => legs.includes(leg));

for (const fault of meeting('request_token')) {
	test(`a link meets ${fault.kind}: told, nothing is changed, and the next one works`, async () => {
		const before = await kept();
		const error = await meet('request_token', fault, () =>
			failureOf(services.keymaker.requestLink('harbour')),
		);
		await assertTold(error, 'request_token', fault);
		assert.equal(await kept(), before);

		const link = await services.keymaker.requestLink('harbour');
		assert.equal(services.keymaker.isAlive(link), true);
		services.keymaker.drop(link);
		assert.equal(await kept(), before);
	});
}

for (const fault of some(meeting('request_token'), 6)) {
	test(`setup meets ${fault.kind}: told, no app key is saved, and enter tries again`, async () => {
		const before = await kept();
		const {consumerKey, consumerSecret} = flock.practice.appKey;
		const results: Action[] = [];
		const host = {end() {}, async suspend() {}, fail: assert.ifError};
		const tryApp = async () => {
			const {promise, resolve} = Promise.withResolvers<void>();
			const runner = createRunner(services, action => resolve(void results.push(action)), host);
			runner.run({
				type: 'try-app',
				attempt: 1,
				consumerKey: new Secret(consumerKey),
				consumerSecret: new Secret(consumerSecret),
				callback: '',
			});
			await promise;
			return results.at(-1);
		};
		const refused = await meet('request_token', fault, tryApp);
		assert.ok(refused?.type === 'app-refused', refused?.type);
		const row = told[fault.kind];
		assert.equal(refused.problem.code, failures[typeof row === 'function' ? row('request_token') : row].code);
		assert.ok(refused.problem.sentence && refused.problem.hint);
		assert.equal(await kept(), before);

		assert.equal((await tryApp())?.type, 'app-saved');
		assert.deepEqual(await services.keystore.savedAppKey(), flock.practice.appKey);
	});
}

for (const {bot, has, every} of [
	{bot: 'harbour', has: 'a bot with a key', every: 6},
	{bot: 'moth', has: 'a bot without one', every: 3},
]) {
	for (const fault of some(meeting('access_token'), every)) {
		test(`the PIN of ${has} meets ${fault.kind}: told, nothing is changed, and the key comes in the end`, async () => {
			const {keymaker, keystore} = services;
			if (bot === 'moth' && (await keystore.get(bot)) !== null) {
				await forgetBot(bot, keystore);
			}

			const old = (await keystore.get(bot))?.key;
			const before = await kept();
			const untouched = await others(bot);
			const link = await keymaker.requestLink(bot);
			const pin = await approve(link.url, `${bot}_poem`);
			const error = await meet('access_token', fault, () => failureOf(keymaker.submitPin(link, pin)));
			await assertTold(error, 'access_token', fault, pin);
			assert.equal(await kept(), before);
			assert.deepEqual(keymaker.unsaved(), []);

			assert.equal(keymaker.isAlive(link), pinStays.has(fault.kind));
			const again = keymaker.isAlive(link) ? {link, pin} : await afterVoid(link, pin, bot);
			const outcome = await keymaker.submitPin(again.link, again.pin);
			assert.equal(outcome.kind, 'saved');
			const key = (await keystore.get(bot))?.key;
			assert.equal(key?.handle, `${bot}_poem`);
			assert.ok(key?.accessToken.startsWith(`${key.userId}-`));
			// X hands out the same token again, whether or not the lost answer held it already.
			assert.equal(key?.accessToken, old?.accessToken ?? key?.accessToken);
			assert.equal(key?.accessSecret, old?.accessSecret ?? key?.accessSecret);
			assert.equal((await services.x.whoIs(flock.practice.appKey, key)).handle, `${bot}_poem`);
			assert.equal(await others(bot), untouched);
		});
	}
}

/** A new link and its PIN, since those before are void. */
async function afterVoid(link: Link, pin: string, bot: string): Promise<{link: Link; pin: string}> {
	const {keymaker} = services;
	assert.equal((await failureOf(keymaker.submitPin(link, pin))).code, 'link-void');
	const next = await keymaker.requestLink(bot);
	return {link: next, pin: await approve(next.url, `${bot}_poem`)};
}

// Kettle's, since practice has X's limit of 75 such calls for an account, and harbour's PINs use some.
for (const fault of some(meeting('users_me'), 5)) {
	test(`a check meets ${fault.kind}: told, the key stays as it is, and the next one works`, async () => {
		const {keystore} = services;
		const old = (await keystore.get('kettle'))?.key;
		const before = await kept();
		const untouched = await others('kettle');
		const [result] = await meet('users_me', fault, () => checkKeys(['kettle'], services));
		assert.ok(result?.error);
		await assertTold(result.error, 'users_me', fault);
		if (refusesKey.has(fault.kind)) {
			const {rejected, checkedAt, ...rest} = (await keystore.get('kettle'))?.key ?? {};
			assert.equal(rejected, true);
			assert.ok(checkedAt);
			assert.deepEqual({...old, ...rest}, old, 'more was changed than what X has said');
		} else {
			assert.equal(await kept(), before);
		}

		const [next] = await checkKeys(['kettle'], services);
		assert.equal(next?.error, null);
		const key = (await keystore.get('kettle'))?.key;
		assert.deepEqual({...key, checkedAt: null}, {...old, checkedAt: null});
		assert.equal(await others('kettle'), untouched);
	});
}

for (const fault of some(meeting('invalidate_token'), 6)) {
	// A token that X does not know any more is one that is revoked.
	if (fault.kind === '401-89') {
		continue;
	}

	test(`a revocation meets ${fault.kind}: told, the key is kept, and the next one works`, async () => {
		const before = await kept();
		const untouched = await others('harbour');
		const error = await meet('invalidate_token', fault, () => failureOf(revokeBot('harbour', services)));
		await assertTold(error, 'invalidate_token', fault);
		assert.equal(await kept(), before);

		assert.deepEqual(await revokeBot('harbour', services), {
			bot: 'harbour',
			revoked: 1,
			sharedWith: [],
			left: false,
		});
		assert.equal(await services.keystore.get('harbour'), null);
		assert.equal(await others('harbour'), untouched);
	});
}

test('a revocation of a token that X does not know any more is done', async () => {
	const untouched = await others('harbour');
	const fault = faults.find(({kind}) => kind === '401-89');
	assert.ok(fault);
	const done = await meet('invalidate_token', fault, () => revokeBot('harbour', services));
	assert.deepEqual(done, {bot: 'harbour', revoked: 1, sharedWith: [], left: false});
	assert.equal(await services.keystore.get('harbour'), null);
	assert.equal(await others('harbour'), untouched);
});
