import {parse} from '@babel/parser';

/** One small mistake: what stands from `start` to `end` of a source (UTF-16 units) becomes `put`. */
export type Mutant = {start: number; end: number; put: string};

/** A node of Babel's tree, as far as it matters here. */
type Node = {type: string; start: number; end: number} & Record<string, unknown>;

/** What may be done to a node. `code` gives the text of a part. */
type Kind = (node: Node, code: (part: Node) => string) => readonly Mutant[];

const swapped: Readonly<Record<string, string>> = {
	'&&': '||',
	'||': '&&',
	'<': '<=',
	'<=': '<',
	'>': '>=',
	'>=': '>',
	'===': '!==',
	'!==': '===',
	'+': '-',
	'-': '+',
	'*': '/',
	'/': '*',
};

const otherMethod: Readonly<Record<string, string>> = {
	some: 'every',
	every: 'some',
	startsWith: 'endsWith',
	endsWith: 'startsWith',
	find: 'findLast',
	findLast: 'find',
	indexOf: 'lastIndexOf',
	lastIndexOf: 'indexOf',
	min: 'max',
	max: 'min',
	floor: 'ceil',
	ceil: 'floor',
	replaceAll: 'replace',
};

/** Methods whose result may be taken for what they were called on. */
const dropped: ReadonlySet<string> = new Set(
	'filter sort toSorted reverse toReversed slice trim trimEnd trimStart toLowerCase toUpperCase normalize concat'.split(
		' ',
	),
);

const kinds: Readonly<Record<string, Kind>> = {
	IfStatement: ({test}, code) => [negated(test as Node, code)],
	ConditionalExpression: ({test}, code) => [negated(test as Node, code)],
	LogicalExpression: binary,
	BinaryExpression: binary,
	UnaryExpression: (node, code) =>
		node.operator === '!' ? [instead(node, code(node.argument as Node))] : [],
	ExpressionStatement: node => [instead(node, ';')],
	ThrowStatement: node => [instead(node, ';')],
	BreakStatement: node => [instead(node, ';')],
	ContinueStatement: node => [instead(node, ';')],
	NumericLiteral: node => [instead(node, String((node.value as number) + 1))],
	BooleanLiteral: node => [instead(node, String(!node.value))],
	StringLiteral: text,
	TemplateLiteral: text,
	RegExpLiteral: expression,
	ArrayExpression: node => ((node.elements as unknown[]).length > 0 ? [instead(node, '[]')] : []),
	SpreadElement: node => [instead(node, '')],
	CallExpression: call,
};

/**
 * Every small mistake that this file may hold: conditions negated, operators swapped, statements left out, constants moved by
 * one, lists and names emptied. Prose (text with a space in it) and types stay as they are.
 * @throws SyntaxError what is no TypeScript
 */
export function mutantsOf(source: string): Mutant[] {
	const tree = parse(source, {sourceType: 'module', plugins: ['typescript', 'jsx']}) as unknown as Node;
	const code = ({start, end}: Node) => source.slice(start, end);
	const found: Mutant[] = [];
	const visit = (node: Node) => {
		if (isLeftAlone(node)) {
			return;
		}

		found.push(...(kinds[node.type]?.(node, code) ?? []));
		for (const [name, part] of Object.entries(node)) {
			// The name of a property is no constant.
			if (name === 'key' && node.computed !== true) {
				continue;
			}

			for (const child of Array.isArray(part) ? part : [part]) {
				if (isNode(child)) {
					visit(child);
				}
			}
		}
	};
	visit(tree);
	return found;
}

/** True for types, and for what names other modules. */
function isLeftAlone({type}: Node): boolean {
	const isType = type.startsWith('TS') && !/^TS(As|NonNull|Satisfies)/.test(type);
	return (
		isType || type.startsWith('Import') || (type.startsWith('Export') && type !== 'ExportNamedDeclaration')
	);
}

function isNode(part: unknown): part is Node {
	return typeof part === 'object' && part !== null && typeof (part as Node).type === 'string';
}

function instead({start, end}: Node, put: string): Mutant {
	return {start, end, put};
}

function negated(test: Node, code: (part: Node) => string): Mutant {
	return instead(test, `!(${code(test)})`);
}

function binary(node: Node, code: (part: Node) => string): Mutant[] {
	const {operator} = node;
	const left = code(node.left as Node);
	const right = code(node.right as Node);
	if (operator === '??') {
		return [instead(node, `(${left})`), instead(node, `(${right})`)];
	}

	const other = swapped[String(operator)];
	// Text has no minus.
	const isText = operator === '+' && /['"`]/.test(left + right);
	return other === undefined || isText ? [] : [instead(node, `((${left}) ${other} (${right}))`)];
}

/** Names and codes; what has a space in it is prose, and no behaviour hangs on prose. */
function text(node: Node, code: (part: Node) => string): Mutant[] {
	const inside = code(node).slice(1, -1);
	if (inside.includes(' ')) {
		return [];
	}

	return [instead(node, inside === '' ? "'mutant'" : "''")];
}

function expression(node: Node): Mutant[] {
	const pattern = String(node.pattern);
	const flags = String(node.flags);
	const found = [...flags.replace(/[gv]/g, '')].map(flag =>
		instead(node, `/${pattern}/${flags.replace(flag, '')}`),
	);
	if (pattern.startsWith('^') && pattern.length > 1) {
		found.push(instead(node, `/${pattern.slice(1)}/${flags}`));
	}

	if (/[^\\]\$$/.test(pattern)) {
		found.push(instead(node, `/${pattern.slice(0, -1)}/${flags}`));
	}

	return found;
}

function call(node: Node, code: (part: Node) => string): Mutant[] {
	const callee = node.callee as Node;
	const property = callee.property as Node | undefined;
	if (callee.type !== 'MemberExpression' || property?.type !== 'Identifier') {
		return [];
	}

	const name = String(property.name);
	const other = otherMethod[name];
	return [
		...(other === undefined ? [] : [instead(property, other)]),
		...(dropped.has(name) ? [instead(node, code(callee.object as Node))] : []),
	];
}
