// Reads every hostile text as an import does, and prints what came of each and how much memory it took in all.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {readImport} from '../../source/bundles/import.ts';
import {FlockError} from '../../source/flock/error.ts';
import {hostileTexts} from './hostile.ts';

const [folder = ''] = process.argv.slice(2);
const results: Record<string, string> = {};
for (const [name, text] of Object.entries(hostileTexts)) {
	const file = join(folder, 'hostile');
	writeFileSync(file, text);
	try {
		const [read] = await readImport(file);
		results[name] = `${read?.entries.length} keys, ${Math.min(read?.problems.length ?? 0, 1)} problems`;
	} catch (error) {
		if (!(error instanceof FlockError)) {
			throw error;
		}

		results[name] = error.code;
	}
}

process.stdout.write(JSON.stringify({results, megabytes: process.resourceUsage().maxRSS / 1024}));
