import { describe, expect, it } from 'vitest';
import { LiveLine } from '../../src/cli/output/live-line.ts';
import type { OperatorView } from '../../src/controller/status/view.ts';

/** What the line looks at: no pool, so the text is empty. */
const at = (atMs: number): Pick<OperatorView, 'atMs' | 'pools'> => ({ atMs, pools: [] });

function aLine(isTty: boolean): { readonly line: LiveLine; readonly out: string[] } {
  const out: string[] = [];
  return {
    line: new LiveLine({ line: (text) => out.push(`${text}\n`), raw: (text) => out.push(text), isTty }),
    out,
  };
}

describe('the live line', () => {
  it('is rewritten in place on a terminal, cut where it is too narrow, and ended once', () => {
    const { line, out } = aLine(true);
    line.show(at(0), 'shop');
    line.show(at(100), 'shop');
    line.show(at(250), 'shop');
    line.end();
    line.end();
    expect(out).toEqual(['\r\x1b[2K\x1b[?7l\x1b[?7h', '\r\x1b[2K\x1b[?7l\x1b[?7h', '\n']);
  });

  it('is a line every five seconds elsewhere', () => {
    const { line, out } = aLine(false);
    for (const atMs of [0, 4_999, 5_000]) line.show(at(atMs), 'shop');
    line.end();
    expect(out).toEqual(['\n', '\n']);
  });
});
