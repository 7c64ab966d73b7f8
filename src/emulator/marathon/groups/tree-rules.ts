// emulator: what must hold of the whole tree after a change, whatever was asked for (Marathon's RootGroup validation).

import { type ErrorDetail, invalidObject } from '../../api-error.ts';
import { parentOf } from '../../definition/app-id.ts';
import { residentUpdateProblems } from '../../definition/resident.ts';
import { dependencyGraph, hasCycle } from './dependencies.ts';
import { type Group, groupsIn } from './group.ts';
import type { AppChange } from './root.ts';

const SAME_ID = 'Groups and Applications may not have the same identifier.';

/** @throws ApiError 422 with everything that is wrong with the tree, or else with the changes */
export function checkTree(tree: Group): void {
  const problems = [...cycles(tree), ...sharedIds(tree), ...strayGroups(tree)];
  if (problems.length > 0) throw invalidObject(problems);
}

/** @throws ApiError 422 when an app with volumes of its own changes what belongs to them */
export function checkChanges(changes: readonly AppChange[]): void {
  const kept = changes.filter(({ after }) => after !== undefined);
  const problems = kept.flatMap(({ before, after }, index) =>
    before === undefined || after === undefined
      ? []
      : residentUpdateProblems(before, after).map(({ path, errors }) => ({
          path: `/app(${index})${path === '/' ? '' : path}`,
          errors,
        })),
  );
  if (problems.length > 0) throw invalidObject(problems);
}

function cycles(tree: Group): ErrorDetail[] {
  if (!hasCycle(dependencyGraph(tree))) return [];
  return [{ path: '/', errors: ['Dependency graph has cyclic dependencies.'] }];
}

function sharedIds(tree: Group): ErrorDetail[] {
  return [tree, ...groupsIn(tree)].flatMap((group, index) => {
    const shared = [...group.groups.keys()].some((id) => group.apps.has(id));
    return shared ? [{ path: index === 0 ? '/' : `/groups(${index - 1})`, errors: [SAME_ID] }] : [];
  });
}

function strayGroups(tree: Group): ErrorDetail[] {
  const placed = new Map<string, string>();
  for (const group of [tree, ...groupsIn(tree)])
    for (const id of group.groups.keys()) placed.set(id, group.id);
  return [...groupsIn(tree)].flatMap(({ id }, index) =>
    placed.get(id) === parentOf(id)
      ? []
      : [{ path: `/groups(${index})`, errors: ['Group has to be child of groups with parent id'] }],
  );
}
