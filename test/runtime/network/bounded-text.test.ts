import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { boundedText } from '../../../src/runtime/network/bounded-text.ts';

const bodyOf = (...parts: readonly string[]) => Readable.from(parts.map((part) => Buffer.from(part)));

describe('the text of an answer', () => {
  it('is put together from its parts, also inside of a letter', async () => {
    const [a, b] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    expect(await boundedText(Readable.from([a, b]), 2)).toBe('é');
    expect(await boundedText(bodyOf('ab', 'cd'), 4)).toBe('abcd');
  });

  it('is not read beyond the bound, and the rest is given up', async () => {
    const body = bodyOf('ab', 'cd', 'ef');
    expect(await boundedText(body, 3)).toBeUndefined();
    expect(body.destroyed).toBe(true);
  });
});
