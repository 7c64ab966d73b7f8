import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Manifest, publishedManifest } from '../../src/app/tools/published-manifest.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const LAUNCHER = join(ROOT, 'src/cli/bin/microscaling');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest & {
  readonly scripts: Readonly<Record<string, string>>;
};

describe('the launcher', () => {
  const home = mkdtempSync(join(tmpdir(), 'launcher-'));
  beforeAll(() => {
    const node = join(home, 'node');
    writeFileSync(node, '#!/bin/sh\necho "$MALLOC_ARENA_MAX $MALLOC_TRIM_THRESHOLD_"\nprintf "%s\\n" "$@"\n');
    chmodSync(node, 0o755);
    symlinkSync(LAUNCHER, join(home, 'microscaling'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const said = (variables: Readonly<Record<string, string>>): readonly string[] =>
    execFileSync(join(home, 'microscaling'), ['get', 'a policy'], {
      env: { PATH: `${home}:/usr/bin:/bin`, ...variables },
      encoding: 'utf8',
    })
      .trim()
      .split('\n');

  it('starts the command line with small steps of the collector and few arenas, also by a link', () => {
    const [memory, ...args] = said({});
    expect(memory).toBe('2 131072');
    expect(args).toContain('--heap-growing-percent=60');
    expect(args.slice(-2)).toEqual(['get', 'a policy']);
    expect(resolve(args.at(-3) ?? '')).toBe(join(ROOT, 'src/cli/main.ts'));
  });

  it('leaves settings of the memory that somebody has made', () => {
    expect(said({ MALLOC_ARENA_MAX: '4' })[0]).toBe('4 131072');
  });

  it.each([
    ['npm start', manifest.scripts['start'], 'src/cli/bin/microscaling run'],
    ['npm run demo', manifest.scripts['demo'], 'src/cli/bin/microscaling demo'],
    ['npm run microscaling', manifest.scripts['microscaling'], 'src/cli/bin/microscaling'],
    ['the installed package', publishedManifest(manifest)['bin'], { microscaling: 'cli/bin/microscaling' }],
    [
      'the image',
      /ln -s \/opt\/microscaling\/(\S+) \/usr\/local\/bin\/microscaling/.exec(
        readFileSync(join(ROOT, 'Dockerfile'), 'utf8'),
      )?.[1],
      'cli/bin/microscaling',
    ],
  ])('is what %s starts', (_, started, launcher) => {
    expect(started).toEqual(launcher);
  });
});
