// What a label selector asks about, and where a bad one goes wrong; what matches is in test/server/kube/selectors.test.ts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLabelSelector } from '../../../src/api/labels/label-selector.ts';

describe('parseLabelSelector', () => {
  it.each([
    ['', []],
    ['shard=a', ['shard']],
    ['!b, a notin (x,y),b', ['a', 'b']],
    ['example.com/team in (a, b),size>3', ['example.com/team', 'size']],
  ])('%j asks about %j', (text, keys) => {
    expect(parseLabelSelector(text)).toMatchObject({ keys });
  });

  it.each([
    ['shard=a=b', 1, /'shard=a=b' of the label selector: write key=value/],
    ['shard=a,  te$m=1', 11, /'te\$m=1' .*'te\$m' is not the name of a label/],
    ['a in (x,y),b in (x', 12, /'b in \(x'/],
    ['a,,b', 3, /requirement ''/],
    ['a,', 3, /requirement ''/],
    ['a, ', 3, /requirement ''/],
    ['size>many', 1, /'>' compares whole numbers/],
    ['a in (x,-y)', 1, /'-y' is not the value of a label/],
    ['a=-x-', 1, /'-x-' is not the value of a label/],
  ])('%j is wrong at column %i', (text, column, words) => {
    expect(parseLabelSelector(text)).toEqual({ column, problem: expect.stringMatching(words) });
  });

  it('points into the text, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        const found = parseLabelSelector(text);
        if (!('problem' in found)) return;
        expect(found.column).toBeGreaterThanOrEqual(1);
        expect(found.column).toBeLessThanOrEqual(text.length + 1);
      }),
    );
  });
});
