// The reference pages are what the code says, and the words in them are words the code uses.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONDITION_REASONS } from '../../src/api/conditions.ts';
import { REASON_MEANINGS } from '../../src/api/words/condition-words.ts';
import { OPTIONS } from '../../src/app/options.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { code, table } from '../../src/cli/reference/markdown.ts';
import { referencePages } from '../../src/cli/reference/pages.ts';

const root = resolve(import.meta.dirname, '../..');
const pages = referencePages();

describe('reference pages', () => {
  it.each([...pages])('%s is up to date (npm run gen)', (path, text) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  });

  it('name every command and every option of it', () => {
    const text = pages.get('docs/reference/commands.md') ?? '';
    for (const { name, options } of COMMANDS) {
      expect(text).toContain(`### \`microscaling ${name}`);
      for (const option of options) expect(text).toContain(OPTIONS[option].flag);
    }
  });

  it('leave no option without a command that takes it', () => {
    const taken = new Set(COMMANDS.flatMap(({ options }) => options));
    const unused = Object.keys(OPTIONS).filter((name) => !taken.has(name as keyof typeof OPTIONS));
    expect(unused).toEqual([]);
  });

  it.each(CONDITION_REASONS)('say of %s only what some room really says', (reason) => {
    const rooms = ['controller', 'policy-sources', 'app'].map((room) => join(root, 'src', room));
    const texts = rooms.flatMap((room) =>
      readdirSync(room, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(join(room, file), 'utf8')),
    );
    const said = [
      ...texts,
      readFileSync(join(root, 'src/api/conditions.ts'), 'utf8').split('] as const;')[2] ?? '',
    ];
    expect(said.some((text) => text.includes(`'${reason}'`))).toBe(true);
    expect(REASON_MEANINGS[reason].of.length).toBeGreaterThan(0);
  });
});

describe('markdown', () => {
  it.each([
    ['a pipe', [['a|b']], '| a\\|b |'],
    ['a line break', [['a\nb']], '| a b |'],
  ])('keeps a table whole with %s in a cell', (_, rows, line) => {
    expect(table(['h'], rows).split('\n')[2]).toBe(line);
  });

  it('fences code that holds a backtick', () => {
    expect(code('a`b')).toBe('``a`b``');
  });
});
