import type {Surroundings} from '../../command-line/surroundings.ts';
import {FlockError} from '../../flock/error.ts';
import type {Services} from '../../services.ts';
import {cancelledError, count, exitCode, type Write} from '../shared/command.ts';
import {define} from '../shared/definition.ts';
import {safeJson} from '../shared/json.ts';
import {drawing} from '../shared/words.ts';
import {checkGit} from './git.ts';
import {checkLeftovers} from './leftovers.ts';
import {judgeNode, judgeNodeSettings} from './node.ts';
import {adoptPoems, checkEnvFile, checkKeystore, judgePoems, takeAsItIs} from './place.ts';
import {problem, type Result} from './result.ts';
import {judgeBrowser, judgeClipboard, judgeLocale, judgePassphrase, judgeTerminal} from './terminal.ts';
import {checkX, type WayServices} from './x.ts';

/** `doctor [--json] [--moved] [--forget-seen]` */
export type DoctorInput = {
	json: boolean;
	/** True to first give the keystore to this folder, if the poems that it belongs to are gone. */
	moved: boolean;
	/** True to first accept the keystore, whatever this computer has seen of it. */
	forgetSeen: boolean;
	surroundings: Surroundings;
};

/** The services that `doctor` needs. */
export type DoctorServices = WayServices & Pick<Services, 'keystore' | 'poems' | 'desktop' | 'cwd'>;

const glyphs = {ok: '✓', warning: '!', problem: '✗'} as const;

/**
 * Checks everything that keymaker depends on and suggests a fix for each problem. Exits with 1 if there is
 * one.
 * @throws FlockError `cancelled`
 */
export async function doctor(
	{json, moved, forgetSeen, surroundings}: DoctorInput,
	services: DoctorServices,
	write: Write,
): Promise<number> {
	const results: Result[] = [];
	for (const look of [
		...(forgetSeen ? [() => takeAsItIs(services)] : []),
		...(moved ? [() => adoptPoems(services)] : []),
		...checksOf(services, surroundings, write),
	]) {
		const found = await resultsOf(look);
		if (write.signal.aborted) {
			throw cancelledError();
		}

		write.progress(null);
		results.push(...found);
		if (!json) {
			for (const result of found) {
				say(result, write);
			}
		}
	}

	if (json) {
		write.out(safeJson(results));
	}

	const problems = results.filter(({state}) => state === 'problem').length;
	const warnings = results.filter(({state}) => state === 'warning').length;
	write.err(
		problems + warnings === 0
			? 'No problems found.'
			: `${count(problems, 'problem')}, ${count(warnings, 'warning')}.`,
	);
	return problems === 0 ? exitCode.done : exitCode.failed;
}

/** One check. */
type Look = () => Result | Result[] | Promise<Result | Result[]>;

/** Every check, in the order of its lines. */
function checksOf(services: DoctorServices, surroundings: Surroundings, write: Write): Look[] {
	const {poems, desktop, cwd} = services;
	return [
		() => judgeNode(surroundings),
		() => judgeNodeSettings(surroundings, services.x),
		async () => judgePoems(await poems.read()),
		() => checkKeystore(services),
		() => judgePassphrase(surroundings),
		() => checkEnvFile(cwd, surroundings.platform),
		() => checkGit(cwd, services.keystore.path),
		() => checkLeftovers(cwd),
		() => {
			write.progress(services.practice ? 'Asking practice …' : 'Asking X …');
			return checkX(services, write.signal);
		},
		() => judgeBrowser(desktop),
		() => judgeClipboard(surroundings),
		() => judgeTerminal(surroundings),
		() => judgeLocale(surroundings),
	];
}

/** A check that fails itself is a problem, and stops no other. */
async function resultsOf(look: Look): Promise<Result[]> {
	try {
		return [await look()].flat();
	} catch (error) {
		if (error instanceof FlockError) {
			return [problem('doctor', error.message, error.hint)];
		}

		throw error;
	}
}

function say({check, state, sentence, hint}: Result, write: Write): void {
	write.out(`${drawing(glyphs[state], write)} ${check}: ${sentence}`);
	if (hint !== null) {
		write.out(`    ${hint}`);
	}
}

/** The usage of `doctor`. */
export const command = define({
	name: 'doctor',
	arguments: [],
	summary: 'Diagnose problems and suggest fixes.',
	details: 'Asks X once whether it accepts the app key.',
	options: {
		json: {help: 'print JSON'},
		'forget-seen': {help: 'accept the keystore first, even if older or in plain text'},
		moved: {help: 'accept first that the keystore’s poems moved to this folder'},
	},
	examples: ['keymaker doctor', 'keymaker doctor --json | jq -r \'.[] | select(.state != "ok").hint\''],
	needs: 'all',
	looksOnly: true,
	savesNothing: true,
	run: async ({options: {'forget-seen': forgetSeen, ...options}, surroundings}, services, write) =>
		doctor({...options, forgetSeen, surroundings: await surroundings()}, services, write),
});
