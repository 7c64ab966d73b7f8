// JSON on one line is read by another parser than the same text on two: nobody may see a difference.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseText } from '../../../src/api/reading/parse.ts';
import { parseJsonLine } from '../../../src/api/reading/parse-json.ts';

const LIMITS = { depth: 100, nodes: 200_000 };

/** What the text holds, without the places. */
const held = (text: string): unknown =>
  parseText(text).documents.map(({ value, findings, texts }) => ({
    value,
    findings: findings.map(({ message }) => message.replace(/line \d+/, 'line')),
    texts: [...texts].sort(),
  }));
/** In front of the first brace nothing is JSON on one line any more. */
const asYaml = (text: string): unknown => held(`\n${text}`);

const keys = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('kind', 'metadata', 'name', '"', '\\', ':', ',{'),
);
const documents = fc
  .letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
      keys,
      fc.array(tie('value'), { maxLength: 4 }),
      tie('map'),
    ),
    map: fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
  }))
  .map.filter((map) => !JSON.stringify(map).includes('__proto__'));

function hasEscapedKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const escaped =
    !Array.isArray(value) && Object.keys(value).some((key) => JSON.stringify(key).includes('\\'));
  return escaped || Object.values(value).some(hasEscapedKey);
}

describe('a document that is JSON on one line', () => {
  it('holds what it holds on two lines', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const text = JSON.stringify(document);
        expect(parseJsonLine(text, LIMITS) === undefined).toBe(hasEscapedKey(document));
        expect(held(text)).toEqual(asYaml(text));
      }),
    );
  });

  it('keeps two escaped keys apart, which JSON.parse of Node 24 takes for one', () => {
    expect(held('{"a":1,"\\\\":2}')).toMatchObject([{ value: { a: 1, '\\': 2 } }]);
    expect(held('{"a":1,"\\"":2}')).toMatchObject([{ value: { a: 1, '"': 2 } }]);
  });

  it.each([
    ['a key that stands twice', '{"a":1,"a":2}'],
    ['the same, written with an escape', '{"a":1,"\\u0061":2}'],
    ['a key with an escape', '{"a":1,"\\n":2}'],
    ['a key twice in a list', '{"l":[{"a":1,"a":1}]}'],
    ['__proto__', '{"__proto__":{"a":1}}'],
    ['more text after it', '{"a":1} x'],
    ['no end', '{"a":1'],
    ['an open string', '{"a":"1'],
    ['YAML within braces', '{a: 1}'],
    ['an alias', '{"a":&x 1,"b":*x}'],
    ['a comment', '{"a":1} # one'],
    ['a list', '[1]'],
    ['too many levels', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['too many values', `{"a":[${'1,'.repeat(200_000)}1]}`],
    ['two lines', '{"a":\n1}'],
  ])('with %s is left to YAML', (_, text) => {
    expect(parseJsonLine(text, LIMITS)).toBeUndefined();
    expect(() => parseText(text)).not.toThrow();
  });

  it('says what kind and name it has', () => {
    const text = '{"kind":"K","metadata":{"name":7,"namespace":"n"}}\n';
    expect([...(parseJsonLine(text, LIMITS)?.texts ?? [])]).toEqual([
      ['/kind', 'K'],
      ['/metadata/name', '7'],
      ['/metadata/namespace', 'n'],
    ]);
  });
});
