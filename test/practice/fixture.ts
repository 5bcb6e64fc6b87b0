import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {TestContext} from 'node:test';
import type {Practice, PracticeOptions} from '../../source/practice/practice.ts';
import {startPractice} from '../../source/practice/provider.ts';
import {approve} from '../helpers/approve.ts';
import {call, requestToken} from './call.ts';

/** Starts a stand-in that ends with the test; in memory unless said otherwise. */
export async function practiceFor(t: TestContext, options: Partial<PracticeOptions> = {}): Promise<Practice> {
	const practice = await startPractice({
		statePath: null,
		handles: ['harbour_poem', 'kettle_poem'],
		...options,
	});
	t.after(() => practice.close());
	return practice;
}

/** A path for the stand-in's state, in a folder that goes with the test. */
export async function statePathFor(t: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'keymaker-practice-'));
	t.after(() => rm(folder, {recursive: true, force: true}));
	return join(folder, 'keystore', 'practice-x.json');
}

/** An access token and whose it is, as the third leg gives it. */
export type Granted = {token: string; secret: string; userId: string; handle: string};

/** Goes through all three legs. */
export async function authorize(
	practice: Practice,
	handle: string,
	more: Record<string, string> = {},
): Promise<Granted> {
	const link = await requestToken(practice, more);
	const answer = await call(practice, {
		route: 'POST /oauth/access_token',
		token: link,
		form: {oauth_verifier: await approve(link.url, handle)},
	});
	const fields = new URLSearchParams(answer.body);
	const field = (name: string): string => {
		const value = fields.get(name);
		if (value === null) {
			throw new Error(`The answer lacks ${name}: ${answer.status} ${answer.body}`);
		}

		return value;
	};

	return {
		token: field('oauth_token'),
		secret: field('oauth_token_secret'),
		userId: field('user_id'),
		handle: field('screen_name'),
	};
}
