import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listBytes, MADE_LENGTH, PIECE_LENGTH } from '../../../../src/server/kube/http/list-bytes.ts';

const members = fc.dictionary(fc.string(), fc.jsonValue());
const withSpec = fc
  .tuple(members, fc.jsonValue(), members)
  .map(([before, spec, after]) => ({ ...before, spec, ...after }));
const objects = fc.array(fc.oneof(members, withSpec), { maxLength: 5 });

const textOf = (list: Parameters<typeof listBytes>[0]): string =>
  Buffer.concat([...listBytes(list)]).toString();

describe('the text of a list', () => {
  it('is that of all its objects, those that were listed before and those that are new', () => {
    fc.assert(
      fc.property(objects, objects, fc.string(), (before, added, resourceVersion) => {
        const metadata = { resourceVersion };
        expect(JSON.parse(textOf({ metadata, items: before }))).toEqual(
          JSON.parse(JSON.stringify({ metadata, items: before })),
        );
        const items = [...added, ...before];
        const text = textOf({ kind: 'List', metadata, items });
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ kind: 'List', metadata, items })));
      }),
    );
  });

  it('is that of an object as it is now, where only its status is another one', () => {
    const spec = { target: 'é' };
    const textWith = (status: object): string =>
      textOf({ metadata: {}, items: [{ kind: 'K', spec, status }, { spec }] });
    expect(textWith({ n: 1 })).toBe(
      '{"metadata":{},"items":[{"kind":"K","spec":{"target":"é"},"status":{"n":1}},{"spec":{"target":"é"}}]}',
    );
    expect(textWith({ n: 2 })).toContain('"spec":{"target":"é"},"status":{"n":2}}');
  });

  it('is the same twice where nothing moved, and new where a label did', () => {
    const spec = { target: 1 };
    const textWith = (object: object): string => textOf({ metadata: {}, items: [object] });
    const [first, second] = [
      { spec, status: { n: 1 } },
      { labels: ['x'], spec, status: { n: 1 } },
    ];
    for (const object of [first, first, second, second, first])
      expect(textWith(object)).toBe(JSON.stringify({ metadata: {}, items: [object] }));
  });

  it('comes in pieces, none of which is longer than a piece and an object, and shorter ones where it is new', () => {
    const items = Array.from({ length: 8_000 }, (_, n) => ({ spec: { n }, text: 'x'.repeat(1_000) }));
    for (const most of [MADE_LENGTH, PIECE_LENGTH]) {
      const pieces = [...listBytes({ metadata: {}, items })];
      expect(pieces.length).toBeGreaterThan(1);
      expect(Math.max(...pieces.map(({ length }) => length))).toBeGreaterThan(most - 1_100);
      expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(most + 1_100);
      expect(JSON.parse(Buffer.concat(pieces).toString())).toEqual({ metadata: {}, items });
    }
  });
});
