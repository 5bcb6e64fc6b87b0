import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {buffer} from 'node:stream/consumers';
import {after, before, type TestContext, test} from 'node:test';
import {gunzipSync} from 'node:zlib';
import type {Metafile} from 'esbuild';
import {bundle, programs} from '../../scripts/bundle.ts';
import {packagesIn} from '../../scripts/licences.ts';
import {sbomOf} from '../../scripts/sbom.ts';
import {cutToShipped, shippedPair} from '../../scripts/shipped.ts';

const root = path.join(import.meta.dirname, '..', '..');

let folder: string;
let metafile: Metafile;

before(async () => {
	process.chdir(root);
	folder = await mkdtemp(path.join(tmpdir(), 'keymaker-audit-'));
	metafile = await bundle(programs, path.join(folder, 'built'));
});

after(() => rm(folder, {recursive: true, force: true}));

/** What a folder of node_modules holds, as `NAME VERSION`. */
async function packageIn(place: string): Promise<string> {
	const {name, version} = JSON.parse(await readFile(path.join(root, place, 'package.json'), 'utf8'));
	return `${name} ${version}`;
}

/** The folders of the packages that are installed with keymaker, found as Node finds them. */
async function installedFolders(): Promise<Set<string>> {
	const found = new Set<string>();
	const {packages} = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
	const visit = (name: string, from: string, mayBeMissing: boolean): void => {
		for (let place = from; ; place = place.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
			const candidate = `${place === '' ? '' : `${place}/`}node_modules/${name}`;
			if (packages[candidate] !== undefined) {
				if (!found.has(candidate)) {
					found.add(candidate);
					const {dependencies = {}, optionalDependencies = {}} = packages[candidate];
					for (const next of Object.keys(dependencies)) {
						visit(next, candidate, false);
					}

					for (const next of Object.keys(optionalDependencies)) {
						visit(next, candidate, true);
					}
				}

				return;
			}

			if (place === '') {
				assert.ok(mayBeMissing, `${name} of ${from} is not in the lock`);
				return;
			}
		}
	};
	for (const name of Object.keys(packages[''].dependencies)) {
		visit(name, '', false);
	}

	return found;
}

test('the list of what ships names every package of the bundle and every one installed with it, and no other', async () => {
	const bom = JSON.parse(await readFile(path.join(root, 'dist', 'sbom.cdx.json'), 'utf8'));
	const bundled = packagesIn(metafile);
	const installed = await installedFolders();
	assert.ok(bundled.length > 50 && installed.size > 20, `${bundled.length} and ${installed.size}`);
	const shipped = new Set(await Promise.all([...bundled, ...installed].map(packageIn)));
	assert.deepEqual(
		bom.components.map(({name, version}: {name: string; version: string}) => `${name} ${version}`).sort(),
		[...shipped].sort(),
	);
	for (const {name, purl, hashes, licenses} of bom.components) {
		assert.ok(purl.startsWith('pkg:npm/') && hashes.length > 0 && licenses.length > 0, name);
	}

	const {version} = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
	assert.equal(bom.metadata.component.purl, `pkg:npm/keymaker@${version}`);
	assert.deepEqual([bom.bomFormat, bom.metadata.component.type], ['CycloneDX', 'application']);
});

test('the list of what ships is the same for the same source, and names no moment', async () => {
	const text = await sbomOf(metafile);
	assert.equal(text, await readFile(path.join(root, 'dist', 'sbom.cdx.json'), 'utf8'));
	assert.doesNotMatch(text, /timestamp|serialNumber|urn:uuid/);
});

test('a bundled package that a lock cannot name by itself stops the build', async () => {
	const {manifest, lock} = await shippedPair(metafile);
	const inputs = {'node_modules/other/node_modules/ink/index.js': {bytesInOutput: 1}};
	const odd = {inputs: {}, outputs: {'cli.js': {inputs}}} as unknown as Metafile;
	assert.throws(
		() => cutToShipped(manifest, lock, odd),
		/node_modules\/other\/node_modules\/ink is in the bundle/,
	);
});

/** A weakness as a registry tells it. */
type Weakness = {id: number; url: string; title: string; severity: string; vulnerable_versions: string};

const ghsa = 'GHSA-aaaa-bbbb-cccc';

function weakness(severity: string, name = ghsa): Weakness {
	const url = `https://github.com/advisories/${name}`;
	return {id: 1, url, title: 'Invented for a test', severity, vulnerable_versions: '>=0'};
}

/** A registry that answers as npm's does. @param answer the weaknesses by package; `null` to refuse the question */
async function registry(t: TestContext, answer: Record<string, Weakness[]> | null) {
	const asked: Record<string, string[]>[] = [];
	const server = createServer(async (request, response) => {
		const body = await buffer(request);
		if (answer === null || request.url !== '/-/npm/v1/security/advisories/bulk') {
			response.writeHead(answer === null ? 405 : 404).end('{}');
			return;
		}

		asked.push(JSON.parse(String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)));
		response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	return {asked, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`};
}

/** Runs the audit, with these words in SECURITY.md's place. */
async function audit(
	address: string,
	security = 'Nothing is explained here.',
): Promise<{code: number; out: string}> {
	const file = path.join(folder, 'SECURITY.md');
	await writeFile(file, security);
	const {PATH, HOME, npm_execpath} = process.env;
	const npm = {
		// npm remembers a weakness by its number.
		npm_config_registry: address,
		npm_config_cache: await mkdtemp(path.join(folder, 'cache-')),
		npm_config_fetch_retries: '0',
		npm_config_update_notifier: 'false',
	};
	return new Promise(resolve => {
		execFile(
			process.execPath,
			['--import', 'tsx', 'scripts/audit.ts', file],
			{cwd: root, env: {PATH, HOME, npm_execpath, ...npm}},
			(error, out, err) => resolve({code: error === null ? 0 : Number(error.code), out: out + err}),
		);
	});
}

test('the audit asks about what is bundled and what is installed, and passes where nothing is known', async t => {
	const {asked, address} = await registry(t, {});
	const {code, out} = await audit(address);
	assert.equal(code, 0, out);
	assert.match(out, /^Audited \d+ packages that ship\. Known weaknesses: 0; /);
	const names = Object.keys(asked[0] ?? {});
	const wanted = await Promise.all([...packagesIn(metafile), ...(await installedFolders())].map(packageIn));
	assert.deepEqual(
		wanted.map(one => one.split(' ')[0] ?? '').filter(name => !names.includes(name)),
		[],
	);
	for (const development of ['typescript', 'esbuild', 'tsx', 'ajv']) {
		assert.ok(!names.includes(development), development);
	}
});

for (const [kind, name] of [
	['bundled', 'yaml'],
	['installed', 'open'],
] as const) {
	test(`a grave weakness of a package that is ${kind} fails the audit, until SECURITY explains it`, async t => {
		const {address} = await registry(t, {[name]: [weakness('high')]});
		const found = await audit(address);
		assert.equal(found.code, 1, found.out);
		assert.match(found.out, new RegExp(`^✗ ${name} .*Invented for a test \\(high\\) .*${ghsa}$`, 'm'));
		const excused = await audit(address, `| ${ghsa} | keymaker never calls it |`);
		assert.equal(excused.code, 0, excused.out);
		assert.match(excused.out, /explained in SECURITY\.md/);
		assert.equal((await audit(address, 'GHSA-aaaa-bbbb-dddd')).code, 1, 'another is explained');
	});
}

test('of two weaknesses the explained one does not excuse the other, and a moderate one fails nothing', async t => {
	const both = await registry(t, {
		yaml: [weakness('critical'), {...weakness('high', 'GHSA-dddd-eeee-ffff'), id: 2}],
	});
	assert.equal((await audit(both.address, ghsa)).code, 1);
	const moderate = await registry(t, {yaml: [weakness('moderate')]});
	const {code, out} = await audit(moderate.address);
	assert.deepEqual([code, /^· yaml .*\(moderate\)/m.test(out)], [0, true], out);
});

test('a registry that gives no report is no audit: it says so, and ends with 2', async t => {
	const {address} = await registry(t, null);
	const {code, out} = await audit(address);
	assert.equal(code, 2, out);
	assert.match(out, /^Not audited: the registry gave no report on the \d+ packages that ship\.$/m);
	assert.doesNotMatch(out, /Audited/);
});
