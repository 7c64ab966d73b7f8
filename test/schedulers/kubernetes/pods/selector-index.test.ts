// The index of selectors says the same as trying every selector.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Selector, selects } from '../../../../src/schedulers/kubernetes/objects/selector.ts';
import { SelectorIndex } from '../../../../src/schedulers/kubernetes/pods/selector-index.ts';

const word = fc.constantFrom('a', 'b', 'c');
const labels = fc.dictionary(word, word);
const selector: fc.Arbitrary<Selector> = fc.array(
  fc.record({
    key: word,
    operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
    values: fc.array(word, { minLength: 1, maxLength: 2 }),
  }),
  { maxLength: 3 },
);

describe('SelectorIndex', () => {
  it('finds whose selector means the labels, whatever was set and deleted before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, fc.option(selector, { nil: undefined })), { maxLength: 8 }),
        labels,
        (steps, of) => {
          const index = new SelectorIndex();
          const known = new Map<string, Selector>();
          for (const [id, set] of steps) {
            if (set === undefined) {
              index.delete(id);
              known.delete(id);
            } else {
              index.set(id, set);
              known.set(id, set);
            }
          }
          const expected = [...known].filter(([, each]) => selects(each, of)).map(([id]) => id);
          expect([...index.of(of)].toSorted()).toEqual(expected.toSorted());
          expect([...index.ids()].toSorted()).toEqual([...known.keys()].toSorted());
        },
      ),
    );
  });
});
