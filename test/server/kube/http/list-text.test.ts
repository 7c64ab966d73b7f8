import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listText, PIECE_LENGTH } from '../../../../src/server/kube/http/list-text.ts';

const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 });

const textOf = (list: Parameters<typeof listText>[0]): string => [...listText(list)].join('');

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

  it('comes in pieces, none of which is longer than a piece and an object', () => {
    const items = Array.from({ length: 1_000 }, (_, n) => ({ n, text: 'x'.repeat(1_000) }));
    const pieces = [...listText({ metadata: {}, items })];
    expect(pieces.length).toBeGreaterThan(2);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(PIECE_LENGTH + 1_100);
    expect(JSON.parse(pieces.join(''))).toEqual({ metadata: {}, items });
  });
});
