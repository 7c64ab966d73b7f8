import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familyText } from '../../../src/server/metrics/family-text.ts';

const GAUGE = { name: 'm', help: 'What it is.', type: 'gauge' };

/** As the text format says: `\\`, `\n` and, in labels, `\"` stand for what they escape. */
function read(line: string): { readonly labels: Record<string, string>; readonly value: string } {
  const [, inside = '', value = ''] = /^m(?:\{(.*)\})? (\S+)$/s.exec(line) ?? [];
  const labels = [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/gs)].map(
    ([, name = '', text = '']) => [
      name,
      text.replace(/\\(.)/gs, (_, mark: string) => (mark === 'n' ? '\n' : mark)),
    ],
  );
  return { labels: Object.fromEntries(labels), value };
}

describe('the text of a family', () => {
  it('gives back every label as it was, one sample a line', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', ',', '{', '}', 'é') });
    const labels = fc.record({ policy: text, app: text });
    fc.assert(
      fc.property(fc.array(labels, { maxLength: 5 }), (each) => {
        const lines = familyText(
          GAUGE,
          each.map((of, value) => [of, value]),
        ).split('\n');
        expect(lines.slice(0, 2)).toEqual(['# HELP m What it is.', '# TYPE m gauge']);
        expect(lines.at(-1)).toBe('');
        expect(lines.slice(2, -1).map(read)).toEqual(
          each.map((of, value) => ({ labels: { ...of }, value: String(value) })),
        );
      }),
    );
  });

  it.each([
    [0.25, '0.25'],
    [1e21, '1e+21'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
  ])('writes %d as %s', (value, text) => {
    expect(familyText(GAUGE, [[{}, value]]).split('\n')[2]).toBe(`m ${text}`);
  });

  it('keeps its help in one line', () => {
    expect(familyText({ ...GAUGE, help: 'one\\two\nthree "four"' }, []).split('\n')[0]).toBe(
      '# HELP m one\\\\two\\nthree "four"',
    );
  });
});
