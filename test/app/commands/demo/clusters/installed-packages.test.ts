import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installedPackages } from '../../../../../src/app/commands/demo/clusters/installed-packages.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'packages-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function aPackage(place: string, ...dependencies: readonly string[]): void {
  const folder = join(dir, place);
  mkdirSync(folder, { recursive: true });
  const manifest = { dependencies: Object.fromEntries(dependencies.map((name) => [name, '1.0.0'])) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}

const places = (checkout: string, ...names: readonly string[]): readonly string[] =>
  installedPackages(names, join(dir, checkout)).map(({ place }) => place);

it('are each where Node finds it, one within another before one beside it', () => {
  aPackage('here/node_modules/web', 'words', '@scope/log');
  aPackage('here/node_modules/words');
  aPackage('here/node_modules/@scope/log', 'words');
  aPackage('here/node_modules/@scope/log/node_modules/words');
  expect(places('here', 'web', 'words')).toEqual([
    'node_modules/web',
    'node_modules/words',
    'node_modules/@scope/log',
    'node_modules/@scope/log/node_modules/words',
  ]);
});

it('have the same places where node_modules is a link to those of another checkout, and one to itself is in it', () => {
  aPackage('there/node_modules/web', 'words');
  aPackage('there/node_modules/words');
  const modules = join(dir, 'there/node_modules');
  symlinkSync(modules, join(modules, 'node_modules'));
  mkdirSync(join(dir, 'here'));
  symlinkSync(modules, join(dir, 'here/node_modules'));
  expect(installedPackages(['web'], join(dir, 'here'))).toEqual([
    { place: 'node_modules/web', folder: join(modules, 'web') },
    { place: 'node_modules/words', folder: join(modules, 'words') },
  ]);
});

it('are said to be missing by name', () => {
  aPackage('here/node_modules/web', 'words');
  expect(() => places('here', 'web')).toThrow(
    `the package words is not installed in ${join(dir, 'here')}: npm ci installs it`,
  );
});
