import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactText, parseExact } from '../../../src/schedulers/docker-engine/exact-json.ts';

describe('JSON that is written back', () => {
  it.each([
    ['the largest 64-bit integer', '{"Hard":9223372036854775807,"Soft":-9223372036854775808}'],
    ['more digits than a double has', '[18446744073709551615,0.1234567890123456789]'],
    ['spellings of their own', '{"a":1e-7,"b":1E5,"c":1.0,"d":-0}'],
    ['digits within texts', '{"A=9223372036854775807":"n 9223372036854775807 \\"1e5\\" \\\\"}'],
    ['nothing', '{}'],
  ])('keeps %s', (_, text) => {
    expect(exactText(parseExact(text))).toBe(text);
  });

  it('is what JSON.parse makes of it wherever no digit would be lost', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const plain: unknown = JSON.parse(text);
        expect(JSON.parse(exactText(parseExact(text)))).toEqual(plain);
      }),
    );
  });

  it('keeps integers of any length beside anything else', () => {
    const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), integer)), (pairs) => {
        const text = `[${pairs.map(([key, n]) => `{${JSON.stringify(`k${key}`)}:${n}}`).join(',')}]`;
        expect(exactText(parseExact(text))).toBe(text);
      }),
    );
  });

  it('throws for what is no JSON', () => {
    expect(() => parseExact('{"a":')).toThrow(SyntaxError);
  });
});
