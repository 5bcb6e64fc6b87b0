/**
 * Asks npm's registry for known weaknesses of what ships. Exit 0: none that is high or worse but those that SECURITY.md
 * explains by their names (GHSA-…); 1: some; 2: nobody answered, so nothing is known.
 */
import {readFile, rm} from 'node:fs/promises';
import {bundle, programs} from './bundle.ts';
import {npmOn, shippedPair} from './shipped.ts';

/** A weakness, as npm reports it. */
type Advisory = {source: number; name: string; title: string; url: string; severity: string; range: string};

/** What npm reports; a registry that refuses to be asked has another answer. */
type Report = {
	auditReportVersion?: number;
	vulnerabilities: Record<string, {via: (Advisory | string)[]}>;
};

const grave: ReadonlySet<string> = new Set(['high', 'critical']);

const explained = await readFile(process.argv[2] ?? 'SECURITY.md', 'utf8');
const draft = `dist-audit-${process.pid}.tmp`;
try {
	const pair = await shippedPair(await bundle(programs, draft));
	const count = Object.keys(pair.lock.packages).length - 1;
	const {out, err} = await npmOn(
		pair,
		['audit', '--package-lock-only', '--json', '--audit-level=none'],
		process.env,
	);
	const report = reportIn(out);
	if (report === null) {
		say(`Not audited: the registry gave no report on the ${count} packages that ship.`);
		for (const line of (err.trim() || out.trim()).split('\n').slice(0, 5)) {
			say(`  ${line}`);
		}

		process.exitCode = 2;
	} else {
		process.exitCode = judge(report, count) ? 0 : 1;
	}
} finally {
	await rm(draft, {recursive: true, force: true});
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

/** npm's report; `null` where it is none, whatever it is. */
function reportIn(text: string): Report | null {
	try {
		const report = JSON.parse(text);
		return typeof report.auditReportVersion === 'number' ? report : null;
	} catch {
		return null;
	}
}

/** Says what was found. @returns whether that is nothing, or explained */
function judge({vulnerabilities}: Report, count: number): boolean {
	const found = new Map<string, Advisory>();
	for (const {via} of Object.values(vulnerabilities)) {
		for (const advisory of via) {
			if (typeof advisory !== 'string') {
				found.set(nameOf(advisory), advisory);
			}
		}
	}

	let unexplained = 0;
	for (const [name, {name: of, severity, title, url, range}] of found) {
		const isExplained = explained.includes(name);
		const fails = grave.has(severity) && !isExplained;
		unexplained += fails ? 1 : 0;
		const mark = fails ? '✗' : '·';
		say(
			`${mark} ${of} ${range}: ${title} (${severity}${isExplained ? ', explained in SECURITY.md' : ''}) ${url}`,
		);
	}

	say(
		`Audited ${count} packages that ship. Known weaknesses: ${found.size}; high or worse and not explained: ${unexplained}.`,
	);
	return unexplained === 0;
}

/** The name that everybody knows a weakness by, such as GHSA-…; else the registry's number. */
function nameOf({url, source}: Advisory): string {
	return /GHSA(?:-\w+){3}/.exec(url)?.[0] ?? `advisory ${source}`;
}
