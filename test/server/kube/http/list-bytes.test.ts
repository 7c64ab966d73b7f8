import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listBytes, PIECE_LENGTH } from '../../../../src/server/kube/http/list-bytes.ts';

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

  it('comes in pieces, none of which is longer than a piece and an object', () => {
    const items = Array.from({ length: 8_000 }, (_, n) => ({ n, text: 'x'.repeat(1_000) }));
    const pieces = [...listBytes({ metadata: {}, items })];
    expect(pieces.length).toBeGreaterThan(2);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(PIECE_LENGTH + 1_100);
    expect(JSON.parse(Buffer.concat(pieces).toString())).toEqual({ metadata: {}, items });
  });
});
