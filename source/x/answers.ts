import type {IncomingHttpHeaders} from 'node:http';
import type {AccessLevel, RequestToken} from '../flock/key.ts';
import {consequences, type Leg} from './classify.ts';
import {failure} from './failures.ts';
import {isRecord, parseJson} from './problem.ts';
import type {Account, Grant} from './x.ts';

/** Parses a form. X never repeats a field. */
export function parseForm(text: string, leg: Leg): Record<string, unknown> {
	const form: Record<string, unknown> = {__proto__: null};
	for (const [name, value] of new URLSearchParams(text.trim())) {
		if (name in form) {
			throw failure('unreadable', {}, consequences('unreadable', leg));
		}

		form[name] = value;
	}

	return form;
}

/** Parses a JSON object. */
export function parseObject(text: string, leg: Leg): Record<string, unknown> {
	const json = parseJson(text);
	if (!isRecord(json) || Array.isArray(json)) {
		throw failure('unreadable', {}, consequences('unreadable', leg));
	}

	return json;
}

/** Checks leg 1's answer: a link needs all three fields. */
export function checkRequestToken(form: Record<string, unknown>): RequestToken {
	check('oauth_callback_confirmed', form.oauth_callback_confirmed === 'true', 'request_token');
	return {
		token: readToken(form, 'oauth_token', 'request_token'),
		tokenSecret: readToken(form, 'oauth_token_secret', 'request_token'),
	};
}

/** Checks leg 3's answer: the token begins with the id of its account. */
export function checkGrant(form: Record<string, unknown>): Omit<Grant, 'accessLevel'> {
	const leg = 'access_token';
	const accessToken = readToken(form, 'oauth_token', leg);
	const accessSecret = readToken(form, 'oauth_token_secret', leg);
	const userId = readId(form, 'user_id', leg);
	check('oauth_token', accessToken.startsWith(`${userId}-`), leg);
	return {accessToken, accessSecret, userId, handle: readHandle(form, 'screen_name', leg)};
}

/** Checks X's answer about a token's owner, which must match the token. */
export function checkAccount(body: unknown, accessToken: string): Omit<Account, 'accessLevel'> {
	const leg = 'users_me';
	const data = isRecord(body) && isRecord(body.data) ? body.data : {};
	const userId = readId(data, 'id', leg);
	check('id', !/^\d+-/.test(accessToken) || accessToken.startsWith(`${userId}-`), leg);
	return {userId, handle: readHandle(data, 'username', leg)};
}

/** Checks that X revoked this token. */
export function checkRevoked(body: unknown, accessToken: string): void {
	check('access_token', isRecord(body) && body.access_token === accessToken, 'invalidate_token');
}

/** What the answer's header says the token may do; `null` if it is unknown. */
export function readAccessLevel(headers: IncomingHttpHeaders): AccessLevel | null {
	const level = headers['x-access-level'];
	return level === 'read' || level === 'read-write' || level === 'read-write-directmessages' ? level : null;
}

function readToken(fields: Record<string, unknown>, name: string, leg: Leg): string {
	return read(fields, name, /^[!-~]{1,512}$/, leg);
}

function readId(fields: Record<string, unknown>, name: string, leg: Leg): string {
	return read(fields, name, /^\d{1,20}$/, leg);
}

function readHandle(fields: Record<string, unknown>, name: string, leg: Leg): string {
	// X allows 15 of these characters; older accounts have up to 20, and the future may bring more.
	return read(fields, name, /^\w{1,50}$/, leg);
}

function read(fields: Record<string, unknown>, name: string, form: RegExp, leg: Leg): string {
	const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
	const text = typeof value === 'string' ? value : '';
	check(name, form.test(text), leg);
	return text;
}

function check(field: string, good: boolean, leg: Leg): void {
	if (!good) {
		throw failure('incomplete', {field}, consequences('incomplete', leg));
	}
}
