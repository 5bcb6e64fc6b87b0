import type {Column, ConditionName} from './bench.ts';

/** A change of one source file on its way into the bench. */
export type Edit = {
	/** The file, from `source`. */
	file: string;
	/** What is there now. */
	find: string;
	/** What takes its place. */
	put: string;
};

/** A part of the program that is broken on purpose, and the zero that must move by it. */
export type Sabotage = {
	name: string;
	edits: readonly Edit[];
	condition: ConditionName;
	column: Column;
	/** How much of a full run it takes to be noticed. */
	scale: number;
	/** A module of this folder that is loaded before the built program. */
	preload?: string;
};

const lock = 'keystore/disk/lock.ts';
const replace = 'keystore/disk/replace.ts';

const alwaysOurs: Edit = {
	file: lock,
	find: 'isOurs: () => isOurs() && !isStale(folder)',
	put: 'isOurs: () => true',
};

/** The file written over in two steps instead of exchanged in one. */
const inPlace: readonly Edit[] = [
	{
		file: replace,
		find: 'renameSync(written, file);',
		put: `writeFileSync(file, bytes.subarray(0, bytes.length / 2));
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
			writeFileSync(file, bytes, {mode: 0o600});
			rmSync(written);`,
	},
	{file: replace, find: 'import {renameSync, ', put: 'import {writeFileSync, renameSync, '},
];

/** Nobody looks again before the file is exchanged. */
const noSecondLook: readonly Edit[] = [
	alwaysOurs,
	{file: replace, find: 'stampOf(stat)) === (base?.stamp ?? null);', put: 'stampOf(stat)) !== undefined;'},
];

/** Names and words drawn as they came. */
const asItIs: readonly Edit[] = [
	{file: 'flock/visible.ts', find: 'if (plain.test(text)) {', put: 'if (plain.flags === text.slice(0, 0)) {'},
];

/** Each breaks one part, and must move the zero that stands for it. */
export const sabotages: readonly Sabotage[] = [
	{
		name: 'saved without a file',
		edits: [{file: replace, find: 'renameSync(written, file);', put: 'rmSync(written);'}],
		condition: 'killed in saves',
		column: 'lost',
		scale: 0.05,
	},
	{
		name: 'written in place',
		edits: inPlace,
		condition: 'killed in saves',
		column: 'broken',
		scale: 0.2,
	},
	{
		name: 'files open to others',
		edits: [{file: 'keystore/disk/files.ts', find: "'wx+', 0o600", put: "'wx+', 0o644"}],
		condition: 'killed in saves',
		column: 'leaked',
		scale: 0.02,
	},
	{
		name: 'copies in plain text',
		edits: [
			{
				file: 'keystore/upkeep/upkeep.ts',
				find: 'copy.key === key ? null',
				put: 'copy.key !== undefined ? null',
			},
			{
				file: 'keystore/writer.ts',
				find: 'if (key !== null && !copiesAreEncrypted)',
				put: 'if (copiesAreEncrypted)',
			},
		],
		condition: 'killed in encryptions',
		column: 'leaked',
		scale: 0.1,
	},
	{
		name: 'unfinished work cut off',
		edits: [
			{
				file: 'system/interruption.ts',
				find: 'const work = unfinishedWork();',
				put: 'const work = unfinishedWork(); endNow(exitCode);',
			},
		],
		condition: 'interrupted in saves',
		column: 'lost',
		scale: 0.2,
	},
	{
		name: 'leftovers stay',
		edits: [{file: 'bundles/export.ts', find: 'await sweepLeftovers(folder)', put: '[]'}],
		condition: 'killed in exports',
		column: 'leaked',
		scale: 0.1,
	},
	{
		name: 'no reading back',
		edits: [{file: replace, find: '	readBack(written, bytes, file);\n', put: ''}],
		condition: 'full disk',
		column: 'broken',
		scale: 0.2,
	},
	{
		name: 'fresh key dropped',
		edits: [
			{
				file: 'keymaker/keymaker.ts',
				find: 'unsavedKeys.add(bot, fresh);',
				put: '',
			},
		],
		condition: 'full disk',
		column: 'lost',
		scale: 0.1,
	},
	{
		name: 'errors by name',
		edits: [
			{
				file: 'system/errors.ts',
				find: "typeof error.errno === 'number' &&",
				put: "'code' in error && /^E[A-Z0-9]+$/.test(String(error.code)) &&",
			},
			{
				file: 'keymaker/keymaker.ts',
				find: "return {kind: 'unsaved', waits, ...outcome, error: foreseen(error)};",
				put: "if (error instanceof FlockError) { return {kind: 'unsaved', waits, ...outcome, error}; } throw error;",
			},
		],
		condition: 'errors of each call',
		column: 'lost',
		scale: 0.2,
	},
	{
		name: 'one held key',
		edits: [
			{
				file: 'keymaker/guard.ts',
				find: 'held: [...base.held, {key, reason}]',
				put: 'held: [{key, reason}]',
			},
		],
		condition: 'interleavings',
		column: 'lost',
		scale: 0.05,
	},
	{
		name: 'path left out',
		edits: [
			{
				file: 'keystore/disk/failures.ts',
				find: 'const shown = visible(path);',
				put: "const shown = visible('somewhere');",
			},
		],
		condition: 'read-only folder',
		column: 'broken',
		scale: 0.2,
	},
	{
		name: 'gone means empty',
		edits: [
			{file: 'keystore/reader.ts', find: 'if (wasThere) {', put: 'if (wasThere && file === backups) {'},
		],
		condition: 'vanished folder',
		column: 'broken',
		scale: 0.1,
	},
	{
		name: 'lost lock unnoticed',
		edits: noSecondLook,
		condition: 'lost lock',
		column: 'lost',
		scale: 0.2,
	},
	{
		name: 'lock not needed',
		edits: [{file: lock, find: "throw failureOf(error, 'write', path);", put: 'return async () => {};'}],
		condition: 'no lock to be had',
		column: 'broken',
		scale: 0.2,
	},
	{
		name: 'no second look',
		edits: noSecondLook,
		condition: 'stopped and woken',
		column: 'lost',
		scale: 0.2,
	},
	{
		name: 'no lock',
		edits: [
			{
				file: lock,
				find: "const {default: lockfile} = await import('proper-lockfile');",
				put: "if (patience > 0) { return async () => {}; } const {default: lockfile} = await import('proper-lockfile');",
			},
			alwaysOurs,
		],
		condition: 'eight at once',
		column: 'lost',
		scale: 0.2,
	},
	{
		name: 'readers see halves',
		edits: inPlace,
		condition: 'eight at once',
		column: 'broken',
		scale: 0.2,
	},
	{
		name: 'no row lock',
		edits: [
			{
				file: 'keystore/postgres/engine.ts',
				find: 'await lock(client);\n\t\tconst since = known;',
				put: 'const since = known;',
			},
		],
		condition: 'a shared database',
		column: 'broken',
		scale: 0.1,
	},
	{
		name: 'rows uncounted',
		edits: [
			{
				file: 'keystore/postgres/rows.ts',
				find: 'if (rows !== digestOf(marks)) {',
				put: 'if (rows === undefined) {',
			},
		],
		condition: 'a shared database',
		column: 'broken',
		scale: 0.2,
	},
	{
		name: 'rows bound to no place',
		edits: [
			{
				file: 'keystore/postgres/sealed.ts',
				find: "['keymaker', 1, ...binding]",
				put: "['keymaker', 1, binding.length]",
			},
		],
		condition: 'a shared database',
		column: 'broken',
		scale: 0.2,
	},
	{
		name: 'keys noted in plain text',
		edits: [
			{
				file: 'keystore/postgres/engine.ts',
				find: 'who ??= whoAmI();',
				put: 'who = JSON.stringify([...state.records]);',
			},
		],
		condition: 'a shared database',
		column: 'leaked',
		scale: 0.02,
	},
	{
		name: 'any copy taken',
		edits: [
			{
				file: 'keystore/disk/copies.ts',
				find: 'about?.isFile() && [owner,',
				put: 'about && [about.uid, owner,',
			},
			{
				file: 'keystore/disk/copies.ts',
				find: 'return time <= Date.now() + mostAhead && nameOf(time) === name ? time : null;',
				put: 'return Number.isNaN(time) ? null : time;',
			},
		],
		condition: 'planted copies',
		column: 'lost',
		scale: 0.1,
	},
	{
		name: 'copies unguarded',
		edits: [
			{
				file: 'keystore/disk/safety.ts',
				find: "assertSafeCopies(folder: string, use: Use = 'read'): void {\n\tif (process.platform === 'win32') {",
				put: "assertSafeCopies(folder: string, use: Use = 'read'): void {\n\tif (process.platform !== 'win32') {",
			},
		],
		condition: 'planted copies',
		column: 'broken',
		scale: 0.1,
	},
	{
		name: 'root saves anywhere',
		edits: [
			{
				file: 'keystore/disk/safety.ts',
				find: "use === 'save' ? attempt(() => strangerOn(file), file) : null;",
				put: "use === 'read' && file === '' ? strangerOn(file) : null;",
			},
		],
		condition: 'root in others’ folders',
		column: 'leaked',
		scale: 0.2,
	},
	{
		name: 'names as they are',
		edits: asItIs,
		condition: 'bot and file names',
		column: 'raw',
		scale: 0.05,
	},
	{
		name: 'names in two forms',
		edits: [{file: 'flock/poem.ts', find: ".normalize('NFC')", put: ''}],
		condition: 'bot and file names',
		column: 'broken',
		scale: 0.3,
	},
	{
		name: 'names normalized',
		edits: [
			{
				file: 'keystore/state.ts',
				find: '{bot}`] = record',
				put: "{bot.normalize('NFKC')}`] = record",
			},
		],
		condition: 'bot and file names',
		column: 'lost',
		scale: 0.3,
	},
	{
		name: 'PIN as a number',
		edits: [{file: 'keymaker/pin.ts', find: '	return pin;\n}', put: '	return String(Number(pin));\n}'}],
		condition: 'PINs and pastes',
		column: 'broken',
		scale: 0.05,
	},
	{
		name: 'PIN quoted',
		edits: [{file: 'keymaker/pin.ts', find: "'A PIN has only digits.'", put: 'text'}],
		condition: 'PINs and pastes',
		column: 'leaked',
		scale: 0.05,
	},
	{
		name: 'no checksum',
		edits: [
			{
				file: 'keystore/form/envelope.ts',
				find: 'found.checksum !== checksumOf(bytes, found.at)',
				put: "found.checksum === ''",
			},
		],
		condition: 'keystore files',
		column: 'broken',
		scale: 0.1,
	},
	{
		name: 'damage quoted',
		edits: [{file: 'keystore/form/envelope.ts', find: "? 'it is not valid JSON'", put: '? text'}],
		condition: 'keystore files',
		column: 'leaked',
		scale: 0.1,
	},
	{
		name: 'damage written over',
		edits: [
			{
				file: 'keystore/reader.ts',
				find: 'throw error instanceof Damage ?',
				put: "if (error instanceof Damage) { return {identity: {id: '0'.repeat(32), flock: 'harbour', kind: 'x', counter: 1}, state: emptyState, key: null}; } throw error instanceof Damage ?",
			},
		],
		condition: 'keystore files',
		column: 'lost',
		scale: 0.1,
	},
	{
		name: 'counter not raised',
		edits: [
			{
				file: 'keystore/writer.ts',
				find: 'counter: before.counter + 1}',
				put: 'counter: before.counter}',
			},
		],
		condition: 'exchanged files',
		column: 'broken',
		scale: 0.05,
	},
	{
		name: 'older taken',
		edits: [
			{
				file: 'keystore/seen/memory.ts',
				find: 'counter < sight.counter',
				put: 'counter < 0',
			},
		],
		condition: 'exchanged files',
		column: 'broken',
		scale: 0.05,
	},
	{
		name: 'plain taken',
		edits: [
			{
				file: 'keystore/seen/memory.ts',
				find: 'key === null && !takesPlain ?',
				put: 'key === null && takesPlain ?',
			},
		],
		condition: 'exchanged files',
		column: 'broken',
		scale: 0.05,
	},
	{
		name: 'flock not authenticated',
		edits: [
			{
				file: 'keystore/form/encryption.ts',
				find: '[1, id, flock, kind, counter, cipher',
				put: '[1, cipher',
			},
		],
		condition: 'exchanged files',
		column: 'broken',
		scale: 0.05,
	},
	{
		name: 'secrets cleaned',
		edits: [
			{
				file: 'bundles/fields.ts',
				find: "return text ?? '';",
				put: "return (text ?? '').replaceAll('%', '');",
			},
		],
		condition: 'import formats',
		column: 'lost',
		scale: 0.2,
	},
	{
		name: 'secrets cut at a comment',
		edits: [{file: 'bundles/dotenv-text.ts', find: 'torn: isTorn ? valueEnd : null', put: 'torn: null'}],
		condition: 'import formats',
		column: 'lost',
		scale: 0.2,
	},
	{
		name: 'secrets for names',
		edits: [{file: 'bundles/format.ts', find: "{20,}/g, '•••')", put: '{20,}/g, name)'}],
		condition: 'import formats',
		column: 'leaked',
		scale: 1,
	},
	{
		name: 'no scrubbing',
		edits: [{file: 'x/scrub.ts', find: "replaceAll(secret, '•••')", put: 'replaceAll(secret, secret)'}],
		condition: 'answers of X',
		column: 'leaked',
		scale: 0.2,
	},
	{
		name: 'answers changed',
		edits: [
			{
				file: 'x/answers.ts',
				find: "const accessSecret = readToken(form, 'oauth_token_secret', leg);",
				put: "const accessSecret = readToken(form, 'oauth_token_secret', leg).toUpperCase();",
			},
		],
		condition: 'answers of X',
		column: 'broken',
		scale: 0.5,
	},
	{
		name: 'screens as they are',
		edits: asItIs,
		condition: 'screens',
		column: 'raw',
		scale: 0.02,
	},
	{
		name: 'helpers with secrets',
		edits: [
			{
				file: 'system/programs.ts',
				find: '!isSecret(name, value) && !/^PGPASSWORD$/i.test(name)',
				put: '!/^PGPASSWORD$/i.test(name)',
			},
		],
		condition: 'helper programs',
		column: 'leaked',
		scale: 0.2,
	},
	{
		name: 'helpers from here',
		edits: [
			{
				file: 'system/programs.ts',
				find: 'folder => path.isAbsolute(folder)',
				put: 'folder => folder.length >= 0',
			},
			{file: 'system/programs.ts', find: 'cwd: neutralFolder()', put: 'cwd: process.cwd()'},
		],
		condition: 'helper programs',
		column: 'broken',
		scale: 0.2,
	},
	{
		name: 'deaf to signals',
		edits: [],
		preload: 'deaf',
		condition: 'terminal restored',
		column: 'broken',
		scale: 0.1,
	},
];
