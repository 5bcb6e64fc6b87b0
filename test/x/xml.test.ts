import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {test} from 'node:test';
import fc from 'fast-check';
import {readXmlErrors} from '../../source/x/xml.ts';
import {fromSource} from '../helpers/from-source.ts';
import {thorough} from '../helpers/thorough.ts';

const words = 'Client is not permitted to perform this action';

for (const [title, xml, expected] of [
	[
		'pretty-printed, as X sends it',
		`<?xml version="1.0" encoding="UTF-8"?>\n<errors>\n\t<error code="87">${words}</error>\n</errors>\n`,
		[['87', words]],
	],
	['on one line', `<errors><error code="87">${words}</error></errors>`, [['87', words]]],
	[
		'with a line break everywhere that XML allows one',
		`<errors\r\n>\r\n<error\r\n\tcode\r\n=\r\n"87"\r\n>\r\n  Client is not\r\n  permitted to perform\r\n  this action\r\n</error\r\n></errors\r\n>`,
		[['87', words]],
	],
	['the code after other attributes', `<error lang='en' code='87'>${words}</error>`, [['87', words]]],
	['the code before others', `<error code="87" lang="en">${words}</error>`, [['87', words]]],
	[
		'an attribute that holds a mark',
		`<error note="a > b, code=5" code="87">${words}</error>`,
		[['87', words]],
	],
	['an attribute without quotes', `<error code=87>${words}</error>`, [['87', words]]],
	[
		'with namespaces',
		`<x:errors xmlns:x="https://x.invalid"><x:error x:code="87">${words}</x:error></x:errors>`,
		[['87', words]],
	],
	['in capitals', `<ERRORS><ERROR CODE="87">${words}</ERROR></ERRORS>`, [['87', words]]],
	['with CDATA', `<error code="87"><![CDATA[a <b> & c]]></error>`, [['87', 'a <b> & c']]],
	[
		'with entities',
		'<error code="8&#55;">&lt;b&gt; &amp;amp; &quot;c&quot; &#x2019;d&apos;</error>',
		[['87', '<b> &amp; "c" ’d\'']],
	],
	[
		'with an entity that is none',
		'<error code="87">&nbsp; &#x110000; &#; a & b</error>',
		[['87', '&nbsp; &#x110000; &#; a & b']],
	],
	[
		'with a comment',
		`<!-- <error code="1">no</error> --><error code="87">Client <!-- > -->is</error>`,
		[['87', 'Client is']],
	],
	[
		'with elements for code and words',
		`<error>\n<code>87</code>\n<message>${words}</message>\n</error>`,
		[['87', words]],
	],
	[
		'with an attribute for the words',
		`<errors><error code="87" message="${words}"/></errors>`,
		[['87', words]],
	],
	[
		'an old form without a code',
		`<hash>\n  <error>${words}</error>\n  <request>/oauth/access_token</request>\n</hash>`,
		[[null, words]],
	],
	[
		'several',
		'<errors><error code="87">one</error><error code="32">two</error></errors>',
		[
			['87', 'one'],
			['32', 'two'],
		],
	],
	['cut off in its words', `<errors><error code="87">Client is`, [['87', 'Client is']]],
	['cut off in its tag', `<errors><error code="8`, [['8', null]]],
	['cut off in CDATA', `<error code="87"><![CDATA[Client`, [['87', 'Client']]],
	['cut off in a comment', `<error code="87">Client<!-- is`, [['87', 'Client']]],
	['no error at all', '<errors>\n</errors>', []],
	['an element that only begins like one', '<errors><errorcode>1</errorcode></errors>', []],
] as const) {
	test(`an answer in XML, ${title}, is read`, () => {
		assert.deepEqual(
			readXmlErrors(xml).map(({code, message}) => [code, message]),
			expected,
		);
	});
}

test('whatever stands there, reading XML ends, and what was written as text comes out as text', () => {
	const piece = fc.oneof(
		fc.constantFrom(
			'<',
			'>',
			'</',
			'/>',
			'"',
			"'",
			'=',
			'&',
			';',
			'<!--',
			'-->',
			'<![CDATA[',
			']]>',
			'<error',
			'code',
			' ',
		),
		fc.string({maxLength: 8}),
	);
	fc.assert(
		fc.property(fc.array(piece, {maxLength: 60}), pieces => {
			for (const {code, message} of readXmlErrors(pieces.join(''))) {
				assert.notEqual(code, '');
				assert.notEqual(message, '');
			}
		}),
	);
	fc.assert(
		fc.property(fc.string({minLength: 1, unit: 'binary'}), text => {
			const escaped = text.replace(/[<>&"']/g, one => `&#${one.charCodeAt(0)};`);
			const [error] = readXmlErrors(`<errors>\n<error code="87">${escaped}</error>\n</errors>`);
			assert.equal(error?.message ?? '', text.replace(/\s+/g, ' ').trim());
		}),
	);
});

test('reading takes time by the length of the body, not by its square: megabytes of anything end', () => {
	const length = thorough ? 4_000_000 : 1_000_000;
	// Squared, that would be hours; the deadline is for that alone.
	const script = `
		import {readXmlErrors} from ${JSON.stringify(import.meta.resolve('../../source/x/xml.ts'))};
		import {isPage} from ${JSON.stringify(import.meta.resolve('../../source/x/problem.ts'))};
		for (const hostile of ['<', '<error ', '<a ', "'", '"', 'a', 'a=', 'a = ', '=', '<!--', '<![CDATA[', '&', '&#', ' ', '<?xml ', '/']) {
			for (const start of ['', '<error ', '<error code="', '<error>', '<?xml ']) {
				const body = start + hostile.repeat(${length} / hostile.length);
				readXmlErrors(body);
				isPage(body);
			}
		}
	`;
	execFileSync(process.execPath, [...fromSource, '--input-type=module', '--eval', script], {
		timeout: 120_000,
	});
});
