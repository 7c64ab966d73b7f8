import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withSharedParts } from '../../src/lang/shared-parts.ts';

describe('a value with the parts of the one before', () => {
  it('is equal to what it was, and both stay as they are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (next, before) => {
        const texts = [JSON.stringify(next), JSON.stringify(before)];
        expect(withSharedParts(next, before)).toStrictEqual(next);
        expect([JSON.stringify(next), JSON.stringify(before)]).toEqual(texts);
      }),
      { examples: [[{ a: undefined } as never, {}]] },
    );
  });

  it('is the one before where both are equal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(withSharedParts(structuredClone(value), value)).toBe(value);
      }),
    );
  });

  it.each<[what: string, next: unknown, before: { readonly a: unknown; readonly b: unknown }]>([
    ['another field is', { a: [1, { n: 2 }], b: 4 }, { a: [1, { n: 2 }], b: 3 }],
    ['a field is new', { a: { n: 1 }, b: 3, c: 0 }, { a: { n: 1 }, b: 3 }],
    ['a field is gone', { a: { n: 1 } }, { a: { n: 1 }, b: 3 }],
    ['a list is longer', { a: { n: 1 }, b: [1, 2] }, { a: { n: 1 }, b: [1] }],
    ['a list becomes an object', { a: { n: 1 }, b: {} }, { a: { n: 1 }, b: [] }],
  ])('shares what is the same while %s', (_, next, before) => {
    const made = withSharedParts(next, before) as { readonly a: unknown };
    expect(made).toStrictEqual(next);
    expect(made).not.toBe(before);
    expect(made.a).toBe(before.a);
  });

  it('takes keys that objects have of themselves for what they are', () => {
    const next = JSON.parse('{"__proto__": {"n": 1}, "constructor": {"n": 2}}');
    const before = JSON.parse('{"__proto__": {"n": 1}, "constructor": {"n": 3}}');
    const made = withSharedParts(next, before);
    expect(JSON.stringify(made)).toBe(JSON.stringify(next));
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    const empty = JSON.parse('{"__proto__": {}}');
    expect(JSON.stringify(withSharedParts(empty, { a: 1 }))).toBe('{"__proto__":{}}');
    expect(Object.getOwnPropertyDescriptor(withSharedParts(empty, {}), '__proto__')?.value).not.toBe(
      Object.prototype,
    );
    expect(withSharedParts({}, { a: 1 })).toEqual({});
    expect(withSharedParts({ constructor: 1 }, {})).toEqual({ constructor: 1 });
  });
});
