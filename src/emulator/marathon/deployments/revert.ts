// emulator: undoes what one deployment changed and nothing else (Marathon's DeploymentPlanReverter).

import { segmentsOf } from '../../definition/app-id.ts';
import {
  aGroup,
  findGroup,
  type Group,
  type GroupApp,
  groupsIn,
  isEmpty,
  putApp,
  putGroup,
  removeApp,
  removeGroup,
  type WantedGroup,
} from '../groups/group.ts';
import type { DeploymentPlan } from './plan.ts';

/** Apps first, so that groups are empty by the time they are looked at. */
export function reverted(root: Group, { changes, original, target }: DeploymentPlan): WantedGroup {
  let tree: WantedGroup = root;
  for (const { id, before } of changes)
    tree = before === undefined ? removeApp(tree, id) : putApp<GroupApp>(tree, id, before);
  const ids = new Set([...groupsIn(original), ...groupsIn(target)].map(({ id }) => id));
  const innerFirst = [...ids].sort((a, b) => segmentsOf(b).length - segmentsOf(a).length);
  for (const id of innerFirst) tree = revertGroup(tree, findGroup(original, id), findGroup(target, id));
  return tree;
}

/** Groups are locked by no deployment: others may have changed them meanwhile. */
function revertGroup(tree: WantedGroup, before: Group | undefined, after: Group | undefined): WantedGroup {
  const id = (before ?? after)?.id ?? '/';
  const now = findGroup(tree, id);
  if (before !== undefined) {
    const removed = before.dependencies.filter((path) => !after?.dependencies.includes(path));
    const added = after?.dependencies.filter((path) => !before.dependencies.includes(path)) ?? [];
    if (now !== undefined && removed.length === 0 && added.length === 0) return tree;
    return withDependencies(tree, now ?? aGroup<GroupApp>(id), { removed, added });
  }
  if (now === undefined || after === undefined) return tree;
  const unchanged = isEmpty(now) && sameMembers(now.dependencies, after.dependencies);
  if (unchanged) return removeGroup(tree, id);
  return withDependencies(tree, now, { removed: [], added: after.dependencies });
}

function withDependencies(
  tree: WantedGroup,
  group: WantedGroup,
  { removed, added }: { removed: readonly string[]; added: readonly string[] },
): WantedGroup {
  const dependencies = [...new Set([...group.dependencies, ...removed])].filter(
    (path) => !added.includes(path),
  );
  return putGroup(tree, { ...group, dependencies });
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((path) => b.includes(path));
}
