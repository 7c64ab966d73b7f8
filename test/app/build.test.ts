import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../src/app/tools/build.ts';
import { publishedManifest } from '../../src/app/tools/published-manifest.ts';

const root = resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('published manifest', () => {
  it('carries what a user needs and nothing else', () => {
    const published = publishedManifest(manifest);
    expect(Object.keys(published).sort()).toEqual([
      'bin',
      'dependencies',
      'description',
      'engines',
      'exports',
      'license',
      'name',
      'peerDependencies',
      'peerDependenciesMeta',
      'type',
      'version',
    ]);
    expect(published).toMatchObject({
      version: manifest.version,
      dependencies: manifest.dependencies,
      peerDependenciesMeta: { azurite: { optional: true } },
    });
  });
});

describe('build', () => {
  const home = mkdtempSync(join(tmpdir(), 'build-'));
  const dist = join(home, 'dist');

  beforeAll(() => {
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
    build(dist);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('makes a command line that runs', () => {
    const main = join(dist, 'cli/main.js');
    const version = execFileSync(process.execPath, [main, 'version'], { encoding: 'utf8' });
    expect(version).toContain(manifest.version);
    accessSync(main, constants.X_OK);
    expect(readFileSync(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('brings the page, the scripts, the policies and the types along, but no tools and no sources', () => {
    for (const path of [
      'server/page/dashboard/index.html',
      'cli/bin/microscaling',
      'specs/policies/queue-demo.yaml',
      'crds',
      'LICENSE',
      'api/policy.d.ts',
    ]) {
      expect(existsSync(join(dist, path)), path).toBe(true);
    }
    for (const path of [
      'app/tools',
      'cli/tools',
      'bench',
      'specs/traces',
      'simulator/rivals',
      'api/policy.ts',
      'policy-sources/directory/readme.md',
    ]) {
      expect(existsSync(join(dist, path)), path).toBe(false);
    }
    accessSync(join(dist, 'cli/bin/microscaling'), constants.X_OK);
  });

  it('is packed without bench, tests, tools and sources', () => {
    const printed = execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: dist, encoding: 'utf8' });
    const [pack] = JSON.parse(printed) as [{ readonly files: readonly { readonly path: string }[] }];
    const paths = pack.files.map(({ path }) => path);
    expect(paths).toContain('cli/main.js');
    const others = paths.filter((path) =>
      /(^|\/)(bench|test|tools|rivals|traces)\/|\.test\.|(?<!\.d)\.ts$/.test(path),
    );
    expect(others).toEqual([]);
  });
});
