import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { loadAssets } from '../../../src/server/page/assets.ts';

const assets = loadAssets();

function textOf(path: string): string {
  return new TextDecoder().decode(assets.get(path)?.body);
}

/** The modules that one imports, and those that they import. */
function reachedFrom(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  const folder = posix.dirname(path);
  for (const [, name = ''] of textOf(path).matchAll(
    /^(?:import|\} from|import .* from) ?['"(]*([./][^'"]+\.js)/gm,
  ))
    reachedFrom(name.startsWith('/') ? name : posix.join(folder, name), found);
  return found;
}

it('names in the page every module that it needs, so that all are asked for at once, and none besides', () => {
  const named = [...textOf('/').matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(
    ([, path]) => path,
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.toSorted()).toEqual([...reachedFrom('/assets/main.js')].sort());
});
