// No container engine is needed: what the Dockerfile copies is there, and what it leaves out is not missed.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../src/app/tools/build.ts';

const root = resolve(import.meta.dirname, '../..');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');

/** Instructions with their arguments, lines joined, comments left out. */
const instructions = dockerfile
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line.trim()))
  .filter((match) => match !== null)
  .map(([, word = '', rest = '']) => ({ word, rest }));

function copies(): { readonly from: string | undefined; readonly sources: readonly string[] }[] {
  return instructions
    .filter(({ word }) => word === 'COPY')
    .map(({ rest }) => {
      const words = rest.split(/\s+/);
      const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
      return { from, sources: words.slice(0, -1) };
    });
}

describe('Dockerfile', () => {
  const sources = copies().flatMap(({ from, sources }) => (from === undefined ? sources : []));

  it('copies what is there, and what .dockerignore lets through', () => {
    const let_through = readFileSync(join(root, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(sources.length).toBeGreaterThan(4);
    for (const source of sources) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(let_through).toContain(source);
    }
  });

  it('takes from other stages only what they make', () => {
    const stages = instructions.flatMap(({ word, rest }) =>
      word === 'FROM' ? [/ AS (\w+)$/.exec(rest)?.[1]] : [],
    );
    const taken = copies().flatMap(({ from }) => (from === undefined ? [] : [from]));
    expect(taken.sort()).toEqual(['build', 'dependencies']);
    for (const stage of taken) expect(stages).toContain(stage);
  });

  it('ends as somebody who is not root, on the Node of the project', () => {
    const last = instructions.map(({ word }) => word).lastIndexOf('FROM');
    const final = instructions.slice(last);
    expect(final[0]?.rest).toBe('node:24-slim');
    expect(final.find(({ word }) => word === 'USER')?.rest).toBe('1000:1000');
    expect(final.find(({ word }) => word === 'ENTRYPOINT')?.rest).toBe('["microscaling"]');
  });
});

describe('Dockerfile, as it is run', () => {
  it('is checked by the operator itself, listens where a published port leads, and has a directory for --data', () => {
    const check = instructions.find(({ word }) => word === 'HEALTHCHECK')?.rest;
    expect(check).toMatch(/CMD \["microscaling", "health"\]$/);
    const env = instructions.filter(({ word }) => word === 'ENV').map(({ rest }) => rest);
    expect(env.join(' ')).toContain('MICROSCALING_DEFAULT_API=0.0.0.0:8090');
    const runs = instructions.filter(({ word }) => word === 'RUN').map(({ rest }) => rest);
    expect(runs.join(' ')).toContain('-o 1000 -g 1000 /data');
  });
});

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** Names of the packages at the top that `npm ci --omit=dev --omit=optional` installs. */
function productionPackages(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  return Object.entries(lock.packages).flatMap(([path, { dev, optional, devOptional }]) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    return name === undefined || dev || optional || devOptional ? [] : [name];
  });
}

describe('the image', () => {
  const home = mkdtempSync(join(tmpdir(), 'image-'));
  const dist = join(home, 'microscaling');
  const production = productionPackages();

  beforeAll(() => {
    build(dist);
    for (const name of production) {
      const link = join(dist, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), link);
    }
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('needs no package that is only for development', () => {
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.js') && !/(^|\/)(node_modules|dashboard)\//.test(path),
    );
    const imported = files.flatMap((path) => {
      const text = readFileSync(join(dist, path), 'utf8');
      const targets = [
        ...text.matchAll(/^(?:import|export)\s(?:[^'";=(]*\sfrom\s)?\s*['"]([^'"]+)['"]/gm),
        ...text.matchAll(/\bimport\(['"]([^'"]+)['"]\)/g),
      ];
      return targets.map(([, target = '']) => target).filter((target) => !/^(\.|node:)/.test(target));
    });
    expect(imported.length).toBeGreaterThan(10);
    for (const target of imported) {
      const name = target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/');
      expect(production, target).toContain(name);
    }
    expect(production).not.toContain('azurite');
  });

  it('says what the demo lacks, and that no operator runs there', () => {
    const ran = (...args: readonly string[]) =>
      spawnSync(process.execPath, [join(dist, 'cli/main.js'), ...args], { encoding: 'utf8', cwd: home });
    const demo = ran('demo');
    expect([demo.status, demo.stderr.trim().split('\n')]).toEqual([
      1,
      [expect.stringMatching(/the demo needs Azurite.*neither the image nor the package/)],
    ]);
    expect(ran('health').stdout).toContain('no operator runs here');
  });

  it('runs with it: policies are read, an operator would start', () => {
    const microscaling = (...args: readonly string[]): string =>
      execFileSync(process.execPath, [join(dist, 'cli/main.js'), ...args], {
        encoding: 'utf8',
        cwd: home,
        stdio: 'pipe',
      });
    expect(microscaling('version')).toMatch(/\d+\.\d+\.\d+/);
    expect(microscaling('validate', '-f', join(dist, 'specs/policies/queue-demo.yaml'))).toMatch(/valid/);
    expect(() => microscaling('run', '--policies', '.', '--api', 'nonsense')).toThrow(
      /--api: 'nonsense' is not/,
    );
  });
});
