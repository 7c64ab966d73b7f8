import { describe, expect, expectTypeOf, it } from 'vitest';
import { defined } from '../../src/lang/defined.ts';

describe('defined', () => {
  it('leaves out what is undefined and keeps every other value', () => {
    const fields = defined({ a: undefined, b: null, c: 0, d: '', e: false, f: [undefined] });
    expect(Object.keys(fields)).toEqual(['b', 'c', 'd', 'e', 'f']);
  });

  it('makes what may be undefined a field that may be absent', () => {
    const given: string | undefined = ['x'].at(0);
    const fields = defined({ given, always: 1 });
    expectTypeOf(fields).toEqualTypeOf<{ given?: string } & { always: number }>();
    expect({ given: 'default', ...defined({ given: undefined }) }).toEqual({ given: 'default' });
  });
});
