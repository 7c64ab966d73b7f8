import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listText } from '../../../../src/server/kube/http/list-text.ts';

const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 });

describe('the text of a list', () => {
  it('is that of all its objects, those that were listed before and those that are new', () => {
    fc.assert(
      fc.property(objects, objects, fc.string(), (before, added, resourceVersion) => {
        const metadata = { resourceVersion };
        expect(JSON.parse(listText({ metadata, items: before }))).toEqual(
          JSON.parse(JSON.stringify({ metadata, items: before })),
        );
        const items = [...added, ...before];
        const text = listText({ kind: 'List', metadata, items });
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ kind: 'List', metadata, items })));
      }),
    );
  });
});
