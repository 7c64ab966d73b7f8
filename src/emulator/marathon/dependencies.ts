// emulator: the order that the dependencies of apps ask for.

import type { AppFields } from '../definition/app.ts';

type Lookup = (appId: string) => AppFields | undefined;

/** @returns for each app 0 without dependencies, else one more than the highest of those that exist */
export function dependencyLevels(app: Lookup): (appId: string) => number {
  const levels = new Map<string, number>();
  const levelOf = (id: string): number => {
    const known = levels.get(id);
    if (known !== undefined) return known;
    // Cut a cycle: whoever asks again while we are at it gets 0.
    levels.set(id, 0);
    const below = (app(id)?.dependencies ?? []).filter((d) => app(d) !== undefined).map(levelOf);
    const level = below.length === 0 ? 0 : Math.max(...below) + 1;
    levels.set(id, level);
    return level;
  };
  return levelOf;
}

/** Whether following dependencies from any of these apps leads back to where one has been. */
export function hasCycle(from: Iterable<string>, app: Lookup): boolean {
  const done = new Set<string>();
  const path = new Set<string>();
  const visit = (id: string): boolean => {
    if (path.has(id)) return true;
    if (done.has(id)) return false;
    path.add(id);
    const found = (app(id)?.dependencies ?? []).some(visit);
    path.delete(id);
    done.add(id);
    return found;
  };
  return [...from].some(visit);
}
