import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Manifest, publishedManifest } from '../../src/app/tools/published-manifest.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const LAUNCHER = join(ROOT, 'src/cli/bin/microscaling');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest & {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Says how it was started, and ends. */
const NODE = '#!/bin/sh\necho "$0"\necho "$MALLOC_ARENA_MAX $MALLOC_TRIM_THRESHOLD_"\nprintf "%s\\n" "$@"\n';

interface Place {
  readonly bin: string;
  readonly main: string;
  /** The Node that it is to start, beside that of the PATH. */
  readonly ownNode?: string;
}

const CHECKOUT: Place = { bin: 'src/cli/bin', main: 'src/cli/main.ts', ownNode: 'node_modules/.bin/node' };
const PACKAGE: Place = { bin: 'cli/bin', main: 'cli/main.js' };

describe('the launcher', () => {
  const made: string[] = [];
  afterAll(() => {
    for (const home of made) rmSync(home, { recursive: true, force: true });
  });

  /** The launcher in such a place, started by a link in another one. */
  function installed({ bin, main, ownNode }: Place) {
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'launcher-')));
    made.push(home);
    const path = join(home, 'path');
    const nodes = [join(path, 'node'), ...(ownNode === undefined ? [] : [join(home, ownNode)])];
    for (const file of [...nodes, join(home, bin, 'microscaling'), join(home, main)])
      mkdirSync(dirname(file), { recursive: true });
    copyFileSync(LAUNCHER, join(home, bin, 'microscaling'));
    writeFileSync(join(home, main), '');
    for (const node of nodes) {
      writeFileSync(node, NODE);
      chmodSync(node, 0o755);
    }
    symlinkSync(join(home, bin, 'microscaling'), join(path, 'microscaling'));
    const said = (variables: Readonly<Record<string, string>> = {}) => {
      const text = execFileSync(join(path, 'microscaling'), ['get', 'a policy'], {
        env: { PATH: `${path}:/usr/bin:/bin`, ...variables },
        encoding: 'utf8',
      });
      const [node = '', memory, ...args] = text.trim().split('\n');
      return { node: resolve(node), memory, args };
    };
    return { home, said };
  }

  it.each([
    { name: 'a checkout', place: CHECKOUT, node: 'node_modules/.bin/node' },
    { name: 'the installed package', place: PACKAGE, node: 'path/node' },
  ])(
    'starts the command line of $name with its Node, small steps of the collector and few arenas, also by a link',
    ({ place, node }) => {
      const { home, said } = installed(place);
      const { node: started, memory, args } = said();
      expect(started).toBe(join(home, node));
      expect(memory).toBe('2 131072');
      expect(args).toContain('--heap-growing-percent=60');
      expect(args.slice(-2)).toEqual(['get', 'a policy']);
      expect(resolve(args.at(-3) ?? '')).toBe(join(home, place.main));
    },
  );

  it('takes the Node of the system where a checkout has none', () => {
    const { home, said } = installed({ bin: CHECKOUT.bin, main: CHECKOUT.main });
    expect(said().node).toBe(join(home, 'path/node'));
  });

  it('leaves settings of the memory that somebody has made', () => {
    expect(installed(PACKAGE).said({ MALLOC_ARENA_MAX: '4' }).memory).toBe('4 131072');
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
