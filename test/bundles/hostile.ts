/** As large as a file of keys may be; bytes. */
const most = 8 * 1024 * 1024;

/** The piece again and again, as often as there is room for. */
function full(beginning: string, piece: string, end = ''): string {
	const room = most - beginning.length - end.length;
	return beginning + piece.repeat(Math.floor(room / Buffer.byteLength(piece))) + end;
}

const wanted = '[main]\nconsumer_key = a\naccess_token = ';

/** Texts of the largest size that is read, made to take a reader's time or memory. */
export const hostileTexts: Readonly<Record<string, string>> = {
	'line ends': full('', '\n'),
	'line ends after a name': full('A=', '\n', 'x'),
	'lines of a space': full('A\n', ' \n', 'B'),
	'spaces in a value': full('A=1', ' ', "'x\n"),
	'spaces in an option': full('[main]\na', ' ', 'b'),
	'spaces in a list of options': full(wanted, ' ', 'x\n'),
	'names without values': full('', 'A\n'),
	'assignments that open a mark': full('', "A='\\'\n"),
	'assignments that never close a mark': full('', 'A="\\"x\n'),
	'values with a # in them': full('', 'A=b#c\n'),
	'one value of #s': full('A=b', '#'),
	'blanks behind a #': full('A=b#', ' ', 'x'),
	'escaped marks': full("A='", "\\' \n", 'x'),
	'a quoted value of INI': full('[main]\naccess_token = "', 'x', '"'),
	'a quoted value of INI that is not closed': full('[main]\naccess_token = "', 'x'),
	'blanks behind a quoted value of INI': full('[main]\naccess_token = "x"', ' ', 'x\n'),
	'references of INI': full('[main]\naccess_token = ', '%(a)s'),
	'names of INI without a section': full('consumer_secret = x\n', 'consumer_key = x\n'),
	'short names of INI': full('[main]\n', 'a=\n'),
	'names of INI that nearly are ours': full('[main]\n', 'acces_tokem=\n'),
	'sections with defaults': full(`[DEFAULT]\n${'consumer_keyx=1\n'.repeat(20_000)}`, '[s]\n[t]\n'),
	'sections of many names': full('', '[a]\naccess_tokan=1\n'),
	'an option of many lines': full('[main]\naccess_token=x\n', ' x\n'),
	'names of JSON': full('{"a":1', ',"consumer_tokem":1', '}'),
	'different names of JSON': `{${Array.from({length: 290_000}, (_, at) => `"consumer_t${at}":1`).join()}}`,
	'one name of JSON': full('{"', 'consumer_token', '":1}'),
	'numbers of JSON': full('[0', ',0', ']'),
	'objects of JSON': full('[{"version":1}', ',{"version":1}', ']'),
	'deep JSON': full('', '['),
	'deep JSON that ends': '['.repeat(most / 2) + ']'.repeat(most / 2),
	'objects in objects of JSON': full('', '{"a":'),
	'names of YAML': full('profiles:\n', ' a: b\n'),
	'line ends of YAML': full('profiles:\n', '\n'),
	'deep YAML': full('profiles: apps: ', '['),
	'deep mappings of YAML': full('apps: ', '{a: '),
	'deep lists of YAML': full('profiles:\n', '- '),
	'depth within the bound of YAML': `apps:\n ${'? '.repeat(50_000)}`,
	'flow within the bound of YAML': `profiles: ${'['.repeat(50_000)}`,
	'a mapping that is meant again and again': `profiles:\n big: &big\n${'  a: {token: x}\n'.repeat(5000)}${' u: *big\n'.repeat(20_000)}`,
	laughs: `profiles:\n a: &a [lol, lol]\n${Array.from({length: 30}, (_, at) => ` b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`}, *${at === 0 ? 'a' : `b${at - 1}`}]\n`).join('')}`,
	'quoted YAML that is not closed': full('profiles: "', '\n'),
	'comments of YAML': full('profiles:\n', '#\n'),
	'documents of YAML': full('profiles:\n', '---\n'),
	'tags of YAML': full('profiles: ', '!a '),
};
