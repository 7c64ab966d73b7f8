import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confinedReader } from '../../../src/app/operator/confined-files.ts';

describe('files that policies name', () => {
  let root = '';
  let read: (path: string) => string;
  const at = (...parts: readonly string[]): string => join(root, ...parts);

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'confined-'));
    mkdirSync(at('allowed', '..2026'), { recursive: true });
    mkdirSync(at('outside'));
    writeFileSync(at('allowed', '..2026', 'key'), 'inside');
    writeFileSync(at('outside', 'key'), 'outside');
    writeFileSync(at('allowed', 'large'), 'x'.repeat(1024 * 1024 + 1));
    symlinkSync('..2026', at('allowed', '..data'));
    symlinkSync('..data/key', at('allowed', 'key'));
    symlinkSync(at('outside', 'key'), at('allowed', 'stray'));
    symlinkSync(at('outside'), at('allowed', 'straying'));
    symlinkSync(at('allowed'), at('elsewhere'));
    read = confinedReader([at('allowed'), at('elsewhere')]);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('are read through the links of a mounted secret', () => {
    expect(read(at('allowed', 'key'))).toBe('inside');
  });

  it('are read where the allowed directory is a link itself', () => {
    expect(read(at('elsewhere', 'key'))).toBe('inside');
  });

  it.each(['stray', 'straying/key', 'straying/../../outside/key'])(
    'are not followed out of it: %s',
    (name) => {
      expect(() => read(`${root}/allowed/${name}`)).toThrow(
        /lead out of .*allowed, which --allow-secret-files names/,
      );
    },
  );

  it.each([
    ['..2026', /not a regular file/],
    ['large', /more than 1 MiB/],
    ['none', /ENOENT/],
  ])('say what is wrong: %s', (name, message) => {
    expect(() => read(at('allowed', name))).toThrow(message);
  });

  it("are the administrator's own anywhere else", () => {
    expect(read(at('outside', 'key'))).toBe('outside');
  });
});
