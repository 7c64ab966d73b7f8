// emulator: the order that dependencies ask for, of apps on apps and groups, and of groups on groups.

import type { AppDefinition } from '../../definition/app.ts';
import { appsIn, findGroup, type Group, groupsIn } from './group.ts';

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** For each app that depends on others, their ids. What does not exist is not depended on. */
export function dependencyGraph(root: Group): Graph {
  const graph = new Map<string, Set<string>>();
  const depend = (app: AppDefinition, on: Iterable<AppDefinition>): void => {
    const known = graph.get(app.id) ?? new Set<string>();
    for (const { id } of on) known.add(id);
    graph.set(app.id, known);
  };
  const apps = new Map([...appsIn(root)].map((app) => [app.id, app]));
  const meant = (path: string): Iterable<AppDefinition> => {
    const app = apps.get(path);
    if (app !== undefined) return [app];
    const group = findGroup(root, path);
    return group === undefined ? [] : appsIn(group);
  };
  for (const app of apps.values()) for (const path of app.dependencies ?? []) depend(app, meant(path));
  for (const group of [root, ...groupsIn(root)]) {
    for (const path of group.dependencies) {
      const other = findGroup(root, path);
      if (other !== undefined) for (const app of appsIn(group)) depend(app, appsIn(other));
    }
  }
  return graph;
}

/** @returns for each app 0 without dependencies, else one more than the highest of them */
export function dependencyLevels(graph: Graph): (appId: string) => number {
  const levels = new Map<string, number>();
  const levelOf = (id: string): number => {
    const known = levels.get(id);
    if (known !== undefined) return known;
    // Cut a cycle: whoever asks again while we are at it gets 0.
    levels.set(id, 0);
    const below = [...(graph.get(id) ?? [])].map(levelOf);
    const level = below.length === 0 ? 0 : Math.max(...below) + 1;
    levels.set(id, level);
    return level;
  };
  return levelOf;
}

/** Whether following dependencies leads back to where one has been. */
export function hasCycle(graph: Graph): boolean {
  const done = new Set<string>();
  const path = new Set<string>();
  const visit = (id: string): boolean => {
    if (path.has(id)) return true;
    if (done.has(id)) return false;
    path.add(id);
    const found = [...(graph.get(id) ?? [])].some(visit);
    path.delete(id);
    done.add(id);
    return found;
  };
  return [...graph.keys()].some(visit);
}
