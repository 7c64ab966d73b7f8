import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../../src/api/schema/json-schema.ts';
import {
  LAST_APPLIED,
  lastApplied,
  threeWayPatch,
  withLastApplied,
} from '../../../src/cli/client/last-applied.ts';

/** RFC 7386. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else
      Object.defineProperty(result, key, {
        value: mergePatch(result[key], value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return result;
}

describe('the three-way patch', () => {
  const rows: readonly {
    readonly name: string;
    readonly was: JsonObject;
    readonly wanted: JsonObject;
    readonly now: JsonObject;
    readonly patch: JsonObject;
  }[] = [
    {
      name: 'is empty when nothing differs',
      was: { a: 1 },
      wanted: { a: 1 },
      now: { a: 1, b: 2 },
      patch: {},
    },
    { name: 'changes a value', was: { a: 1 }, wanted: { a: 2 }, now: { a: 1 }, patch: { a: 2 } },
    { name: 'adds a value', was: {}, wanted: { a: { b: 1 } }, now: {}, patch: { a: { b: 1 } } },
    {
      name: 'removes what was applied',
      was: { a: 1, b: 2 },
      wanted: { a: 1 },
      now: { a: 1, b: 2 },
      patch: { b: null },
    },
    {
      name: 'removes inside of an object',
      was: { s: { a: 1, b: 2 } },
      wanted: { s: { a: 1 } },
      now: { s: { a: 1, b: 3 } },
      patch: { s: { b: null } },
    },
    {
      name: 'leaves what somebody else set',
      was: {},
      wanted: { a: 1 },
      now: { a: 1, label: 'theirs' },
      patch: {},
    },
    {
      name: 'removes nothing that is gone already',
      was: { a: 1, b: 2 },
      wanted: { a: 1 },
      now: { a: 1 },
      patch: {},
    },
    {
      name: 'takes a list as a whole',
      was: { l: [1, 2] },
      wanted: { l: [1] },
      now: { l: [1, 2] },
      patch: { l: [1] },
    },
    {
      name: 'reverts what somebody changed',
      was: { a: 1 },
      wanted: { a: 1 },
      now: { a: 5 },
      patch: { a: 1 },
    },
    {
      name: 'does not mind the order of keys',
      was: {},
      wanted: { l: [{ a: 1, b: 2 }] },
      now: { l: [{ b: 2, a: 1 }] },
      patch: {},
    },
    {
      name: 'puts an object in the place of a value',
      was: { a: 1 },
      wanted: { a: { b: 1 } },
      now: { a: 1 },
      patch: { a: { b: 1 } },
    },
  ];
  it.each(rows)('$name', ({ was, wanted, now, patch }) => {
    expect(threeWayPatch(was, wanted, now)).toEqual(patch);
  });

  it('brings any object to what is wanted, and is empty the second time', () => {
    const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
    const inner = fc.dictionary(fc.constantFrom('x', 'y', 'z'), leaf, { maxKeys: 3 });
    const object = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.oneof(leaf, inner), {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(object, object, object, (was, wanted, now) => {
        const after = mergePatch(now, threeWayPatch(was, wanted, now)) as JsonObject;
        expect(mergePatch(after, wanted)).toEqual(after);
        expect(threeWayPatch(wanted, wanted, after)).toEqual({});
      }),
    );
  });
});

describe('the last applied object', () => {
  const policy = {
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop', namespace: 'default' },
    spec: { note: 'a<b&c' },
  };

  it('is written as kubectl writes it: keys in order, as Go escapes them, with a line break', () => {
    const { metadata } = withLastApplied(policy);
    expect((metadata as { annotations: Record<string, string> }).annotations[LAST_APPLIED]).toBe(
      '{"kind":"MicroscalingPolicy","metadata":{"annotations":{},"name":"shop","namespace":"default"},"spec":{"note":"a\\u003cb\\u0026c"}}\n',
    );
  });

  it('does not contain itself, and is read back', () => {
    const once = withLastApplied(policy);
    const twice = withLastApplied(once);
    expect(twice).toEqual(once);
    expect(lastApplied(twice)).toEqual({ ...policy, metadata: { ...policy.metadata, annotations: {} } });
  });

  it.each([
    {},
    { metadata: { annotations: { [LAST_APPLIED]: '{' } } },
    { metadata: { annotations: { [LAST_APPLIED]: '[]' } } },
  ])('is nothing where it is not readable: %j', (object) => {
    expect(lastApplied(object)).toEqual({});
  });
});
