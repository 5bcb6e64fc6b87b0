import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import path from 'node:path';

/** Why no certificate can be made here; `false` where one can. */
export const whyNoCertificate =
	spawnSync('openssl', ['version']).status === 0
		? false
		: 'openssl, which makes the certificate, is not installed';

/** A certificate with its key. */
export type Certificate = {key: Buffer; cert: Buffer; certPath: string};

/** Makes a certificate for a host's name that only those trust who name its file. */
export function makeCertificate(folder: string, name: string): Certificate {
	const keyPath = path.join(folder, 'key.pem');
	const certPath = path.join(folder, 'cert.pem');
	const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
	const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
	const made = spawnSync('openssl', ['req', ...kind, ...subject, '-keyout', keyPath, '-out', certPath]);
	assert.equal(made.status, 0, String(made.stderr));
	return {key: readFileSync(keyPath), cert: readFileSync(certPath), certPath};
}
