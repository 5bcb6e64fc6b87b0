import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {approve} from '../helpers/approve.ts';
import {whyNoCertificate as skip} from '../helpers/certificate.ts';
import {type Network, startNetwork} from '../helpers/network.ts';
import {nextLink, type Workplace, workplace} from '../helpers/program.ts';
import {holds} from '../x/fixtures.ts';

const planted = {
	proxyPassword: 'practice-proxy-password',
	passphrase: 'practice passphrase, not a real one',
	pin: '8675309',
};

let place: Workplace;
let network: Network;
let env: Readonly<Record<string, string | undefined>>;
/** Whatever the program has written so far, on any way. */
const written: string[] = [];
const pins: string[] = [planted.pin];

before(async () => {
	if (skip) {
		return;
	}

	place = await workplace(['harbour', 'kettle']);
	network = await startNetwork();
	env = {
		...network.env,
		HTTPS_PROXY: network.proxy.replace('//', `//user:${planted.proxyPassword}@`),
		KEYMAKER_PASSPHRASE: planted.passphrase,
		DEBUG: '*',
	};
});
after(async () => {
	await place?.close();
	await network?.close();
});

/** What has been found in what has passed, and how much of that was looked at. */
const found = new Set<string>();
let looked = 0;
/** Answers that hold nothing new, but all that there was before. */
const echoed = new Set<string>();

/** Every secret that there has been: those of the answers, the signatures of the requests, and what was planted. */
function secrets(): string[] {
	for (const text of network.passed.slice(looked)) {
		looked += 1;
		if (echoed.has(text)) {
			continue;
		}

		const granted = /\buser_id=/.test(text) ? [...text.matchAll(/(?:^|[\s&])oauth_token=([^&\s]+)/g)] : [];
		for (const [, secret = ''] of [
			...text.matchAll(/oauth_token_secret=([^&\s]+)/g),
			...text.matchAll(/oauth_signature="([^"]+)"/g),
			...text.matchAll(/oauth_nonce="([^"]+)"/g),
			...granted,
		]) {
			found.add(secret).add(decodeURIComponent(secret));
		}
	}

	const all = new Set([
		...found,
		...Object.values(planted),
		...pins,
		Buffer.from(`user:${planted.proxyPassword}`).toString('base64'),
		network.practice.appKey.consumerSecret,
	]);
	return [...all];
}

function assertNoneIn(text: string, where: string): void {
	for (const secret of secrets()) {
		assert.ok(secret.length > 5, secret);
		assert.ok(!holds(text, secret), `${secret} is in ${where}:\n${text.slice(0, 2000)}`);
	}
}

/** Runs a command, and keeps what it writes. */
async function run(args: readonly string[], input = ''): Promise<number> {
	const {code, out, err} = await place.run(args, input, env);
	written.push(out, err);
	assertNoneIn(out + err, args.join(' '));
	return code;
}

const body = (status: string, type: string, text: string, headers = '') =>
	`HTTP/1.1 ${status}\r\n${headers}content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
const oneLine = (text: string) => text.replace(/[\r\n]+/g, ' ');

/** Answers that repeat all that they know, in every place that a program might quote from. */
const echoes: Record<string, (everything: string) => string> = {
	'a refusal in JSON': text =>
		body('403 Forbidden', 'application/json', JSON.stringify({errors: [{code: 999, message: text}]})),
	'a problem document': text =>
		body(
			'400 Bad Request',
			'application/json',
			JSON.stringify({title: text, detail: text, type: text, reason: text}),
		),
	'plain text': text => body('401 Unauthorized', 'text/plain', text),
	XML: text => body('403 Forbidden', 'application/xml', `<errors><error code="999">${text}</error></errors>`),
	'headers and a redirect': text =>
		body(
			`302 ${oneLine(text).slice(0, 200)}`,
			'text/plain',
			text,
			`location: https://portal.practice.invalid/?${encodeURIComponent(text)}\r\nx-planted: ${oneLine(text)}\r\nwww-authenticate: ${oneLine(text)}\r\n`,
		),
	'fields of the wrong form': text =>
		body(
			'200 OK',
			'application/x-www-form-urlencoded',
			new URLSearchParams({
				oauth_token: text,
				oauth_token_secret: text,
				oauth_callback_confirmed: 'true',
				user_id: text,
				screen_name: text,
			}).toString(),
		),
	'an account of the wrong form': text =>
		body('200 OK', 'application/json', JSON.stringify({data: {id: text, username: text}})),
	'something that is not HTTP': text => text,
};

/** Lets X answer one call by an echo. */
function echo(call: string, answer: (everything: string) => string): void {
	network.instead = request => {
		if (!request.split(' ')[1]?.includes(call)) {
			return null;
		}

		const text = answer(`${secrets().join(' ')} ${request}`);
		echoed.add(text);
		return text;
	};
}

test('a flock is authorized, checked and left on the screen, and no secret is drawn', {skip}, async () => {
	const screen = place.screen([], {env});
	await screen.waitFor(/❯ ○ harbour/);
	for (const [bot, account] of [
		['harbour', 'harbour_poem'],
		['kettle', 'kettle_poem'],
	] as const) {
		screen.press('enter');
		const first = await nextLink(screen);
		const wrong = await approve(network.pageOf(first), account);
		pins.push(wrong);
		screen.paste(`${wrong === '0000001' ? '0000002' : '0000001'}\n`);
		const second = await nextLink(screen, first);
		echo('access_token', echoes['plain text'] ?? String);
		screen.paste(`${planted.pin}\n`);
		const third = await nextLink(screen, second);
		network.instead = () => null;
		const pin = await approve(network.pageOf(third), account);
		pins.push(pin);
		screen.paste(`${pin}\n`);
		await screen.waitFor(`${bot} is ready`);
		screen.press('escape');
		await screen.waitFor(new RegExp(`❯ ● ${bot}`));
		screen.press('down');
	}

	echo('users/me', echoes['a refusal in JSON'] ?? String);
	screen.press('C');
	await screen.waitFor(/rejected the request|999/);
	network.instead = () => null;
	// Escape in a form of its own: its byte directly before a letter is Alt.
	screen.type('\u001B[27u');
	screen.press('q');
	await screen.exited;
	written.push(screen.raw());
	assertNoneIn(screen.raw(), 'what was drawn');
	assert.ok(secrets().length > 20, 'there were hardly any secrets');
});

for (const [what, answer] of Object.entries(echoes)) {
	test(`${what} that repeats every secret is quoted without any by authorize, check and revoke`, {
		skip,
	}, async () => {
		echo('request_token', answer);
		assert.equal(await run(['authorize', 'harbour']), 1);
		echo('access_token', answer);
		assert.equal(await run(['authorize', 'harbour'], `${planted.pin}\n`), 1);
		echo('users/me', answer);
		assert.equal(await run(['check']), 1);
		assert.equal(await run(['check', '--json']), 1);
		echo('invalidate_token', answer);
		assert.equal(await run(['revoke', 'kettle', '--yes']), 1);
		network.instead = () => null;
	});
}

test('no other command writes a secret either, and no file but the keystore and the export holds one', {
	skip,
}, async () => {
	for (const args of [
		['list'],
		['list', '--json'],
		['check'],
		['doctor', '--json'],
		['export', '--format', 'json', '--out', 'keys/flock.json'],
		['import', 'keys/flock.json'],
		['exec', 'harbour', '--', 'true'],
		['restore'],
		['forget', 'kettle', '--yes'],
		['revoke', 'harbour', '--yes', '--purge'],
	]) {
		assert.ok((await run(args)) < 2, args.join(' '));
	}

	const exported = await readFile(path.join(place.folder, 'keys', 'flock.json'), 'utf8');
	assert.ok(
		secrets().some(secret => exported.includes(secret)),
		'no secret of the export is known',
	);
	const looked: string[] = [];
	for (const entry of await readdir(place.folder, {recursive: true, withFileTypes: true})) {
		const file = path.join(entry.parentPath, entry.name);
		const name = path.relative(place.folder, file);
		if (entry.isFile() && !/^(keystore|keys)\//.test(name)) {
			assertNoneIn(await readFile(file, 'latin1'), name);
			looked.push(name);
		}
	}

	assert.ok(looked.includes(path.join('poems', 'harbour.txt')), looked.join(', '));

	assertNoneIn(JSON.stringify(network.practice.log()), 'the log of practice');
	assertNoneIn(written.join('\n'), 'all that was written');
});
