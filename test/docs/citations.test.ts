// Every document that a comment or a page names is in the repository, and has the heading that is meant.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/programs/command.ts';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));
const code = files.filter(
  (path) => /^(src|test|bench)\/.*\.(ts|js)$/.test(path) && path !== 'test/docs/citations.test.ts',
);
const pages = files.filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md');

/** As code hosts make it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function anchorsIn(path: string): ReadonlySet<string> {
  const text = readFileSync(join(ROOT, path), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
}

/** What is wrong with a path and an anchor of it; undefined where both are there. */
function fault(path: string, anchor: string | undefined): string | undefined {
  if (!existsSync(join(ROOT, path))) return `${path} is not there`;
  if (anchor === undefined || !path.endsWith('.md')) return undefined;
  return anchorsIn(path).has(anchor) ? undefined : `${path} has no heading #${anchor}`;
}

describe('citations', () => {
  it('in comments lead to documents of the repository', () => {
    const cited = code.flatMap((file) =>
      [
        ...readFileSync(join(ROOT, file), 'utf8').matchAll(/\b((?:docs|specs)\/[\w./-]+\.md)(?:#([\w-]+))?/g),
      ].map(([, path = '', anchor]) => ({ file, path, anchor })),
    );
    expect(cited.length).toBeGreaterThan(30);
    const wrong = cited.flatMap(({ file, path, anchor }) => {
      const why = fault(path, anchor);
      return why === undefined ? [] : [`${file}: ${why}`];
    });
    expect(wrong).toEqual([]);
  });

  it('name no document that only the authors have', () => {
    const elsewhere = /(?<![\w/-])(?:design|control|style|house|platform)\.md|\breference §/i;
    expect(
      [...code, ...pages].filter((file) => elsewhere.test(readFileSync(join(ROOT, file), 'utf8'))),
    ).toEqual([]);
  });
});

describe('links between pages', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const wrong = links
      .filter((target) => !/^[a-z]+:/.test(target))
      .flatMap((target) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
        return fault(file, anchor === '' ? undefined : anchor) ?? [];
      });
    expect(wrong).toEqual([]);
  });
});

/** Paths that a page names in plain backticks: `src/core`, `npx vitest run test/core`, `src/core/law/{fluid,ahead}.ts`. */
function pathsIn(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  const words = spans.filter((span) => !span.startsWith('kubectl ')).flatMap((span) => span.split(/\s+/));
  return words.filter((word) => ROOTED.test(word) || FILE.test(word)).flatMap(expanded);
}

const ROOTED = /^(?:src|test|docs|specs|crds|deploy|bench)\/[^:;]*$/;
/** A file of ours without its room's root is named too: `core/lasting.ts`. */
const FILE = /^[\w-]+\/[\w./{},-]+\.(?:ts|js)$/;

/** `{a,b}` names two; below a NAME or KEY that is still to be chosen nothing is there yet. */
function expanded(path: string): readonly string[] {
  const [, before = '', choices, after = ''] = /^(.*?)\{(.*?)\}(.*)$/.exec(path) ?? [];
  if (choices !== undefined)
    return choices.split(',').flatMap((choice) => expanded(`${before}${choice}${after}`));
  return [path.replace(/\/(?:NAME|KEY)\b.*$/, '').replace(/[/,.]+$/, '')];
}

describe('paths in backticks', () => {
  it.each(pages)('of %s are there', (page) => {
    const wrong = pathsIn(page).filter(
      (path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, dirname(page), path)),
    );
    expect(wrong).toEqual([]);
  });

  it('are followed at all', () => {
    expect(pages.flatMap(pathsIn).length).toBeGreaterThan(60);
  });
});
