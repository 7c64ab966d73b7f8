import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const file = (name: string): string =>
  readFileSync(new URL(`../../../../src/server/page/dashboard/${name}`, import.meta.url), 'utf8');

describe('hidden parts of the page', () => {
  it('stays hidden, because that rule comes after every display', () => {
    const sheets = [...file('index.html').matchAll(/href="\/assets\/([\w/-]+\.css)"/g)].map(
      ([, name = '']) => name,
    );
    expect(sheets.at(-1)).toBe('styles/parts.css');
    const selectors = [...file('styles/parts.css').matchAll(/^([^\s@}/][^{]*)\{/gm)].map(
      ([, selector = '']) => selector.trim(),
    );
    expect(selectors.at(-1)).toBe('[hidden]');
  });
});
