import assert from 'node:assert/strict';
import {FlockError} from '../../../source/flock/error.ts';
import type {BotRecord} from '../../../source/flock/key.ts';
import {openShared, type Shared} from '../../../source/keystore/postgres/keystore.ts';
import {cheapScrypt, practiceRecord} from '../support.ts';

/** The passphrase of the tests' flocks. */
export const passphrase = 'practice words that nobody would guess';

/** A net that no load trips; milliseconds. */
export const patience = 300_000;

/** Opens a flock as another program on another computer would. @param address with its password */
export function sharedAt(address: string, flock: string, deadline = patience): Shared {
	return openShared({
		address: {text: address, from: 'environment'},
		environment: {},
		label: {flock, kind: 'x'},
		deadline,
		passphrase: () => passphrase,
		passphraseGiven: true,
		scrypt: cheapScrypt,
	});
}

/** A record whose key is the n-th of its bot. */
export function keyNumber(number: number): BotRecord {
	return practiceRecord(String(number));
}

/** Which key a record holds; 0 for none. */
export function numberOf(record: BotRecord | null | undefined): number {
	return Number(/^12-practice-token-(\d+)$/.exec(record?.key?.accessToken ?? '')?.[1] ?? 0);
}

/** What came of a save: that it is there, that it is not, or that nobody knows. */
export type Outcome = 'saved' | 'not saved' | 'unknown';

/** Waits for a save, which may fail only as its test allows. */
export async function outcomeOf(saving: Promise<unknown>, codes: readonly string[]): Promise<Outcome> {
	try {
		await saving;
		return 'saved';
	} catch (error) {
		assertSaid(error, codes);
		return (error as FlockError).uncertain ? 'unknown' : 'not saved';
	}
}

/** Asserts that a failure is foreseen: one sentence with the next step, a code, and nothing secret. */
export function assertSaid(error: unknown, codes: readonly string[]): asserts error is FlockError {
	if (!(error instanceof FlockError) || !codes.includes(error.code)) {
		throw error;
	}

	const said = `${error.message} ${error.hint}`;
	assert.match(error.message, /^[^\n]+\.$/);
	assert.match(error.hint, /^[^\n]+\.$/);
	assert.doesNotMatch(said, /not-a-real|practice-token|practice-secret|practice words/);
}

/** Waits for what has to fail. @returns the error, which is as `assertSaid` wants it */
export async function failureOf(call: Promise<unknown>, code: string): Promise<FlockError> {
	const error = await call.then(
		() => assert.fail(`it did not fail with ${code}`),
		(reason: unknown) => reason,
	);
	assertSaid(error, [code]);
	return error;
}
