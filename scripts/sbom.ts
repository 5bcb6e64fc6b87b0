import type {Metafile} from 'esbuild';
import {npmOn, shippedPair} from './shipped.ts';

/**
 * What ships, as CycloneDX: the packages in the bundle, and those that are installed beside it. Needs no network, and is the same
 * for the same source.
 */
export async function sbomOf(metafile: Metafile): Promise<string> {
	// What npm was told for the install that this may be a part of is nothing to it.
	const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)));
	const args = [
		'sbom',
		'--package-lock-only',
		'--sbom-format=cyclonedx',
		'--sbom-type=application',
		'--offline',
	];
	const {code, out, err} = await npmOn(await shippedPair(metafile), args, env);
	if (code !== 0) {
		throw new Error(`npm sbom failed:\n${err}`);
	}

	const {serialNumber: _, ...bom} = JSON.parse(out);
	const {timestamp: __, ...metadata} = bom.metadata;
	return `${JSON.stringify({...bom, metadata}, null, '\t')}\n`;
}
