// emulator: what a change of a group means for the apps below it.

import { illegalArgument } from '../api-error.ts';
import { type AppDraft, fieldsOf } from '../definition/app.ts';
import { isBelow, parentOf, segmentsOf } from '../definition/app-id.ts';
import type { GroupChange, WantedGroup } from '../definition/group.ts';
import type { RootDraft } from './group-manager.ts';
import type { Root } from './root.ts';
import { parseTimestamp } from './timestamp.ts';

/** @throws ApiError 422 for a version that is not known */
export function groupDraft(root: Root, id: string, change: GroupChange): RootDraft {
  switch (change.kind) {
    case 'define':
      return define(root, change.group);
    case 'scale':
      return { put: root.appsBelow(id).map((app) => scaled(fieldsOf(app), change.by)) };
    case 'rollback':
      return rollback(root, id, change.version);
  }
}

/** Everything below the group goes. */
export function removeGroup(root: Root, id: string): RootDraft {
  const groups = id === '/' ? subgroupsOf(root, '/') : [id];
  return { remove: root.appsBelow(id).map((app) => app.id), removeGroups: groups };
}

function scaled(fields: AppDraft['fields'], by: number): AppDraft {
  return { fields: { ...fields, instances: Math.ceil(fields.instances * by) } };
}

/** What a given list does not name is removed; what is not given stays. */
function define(root: Root, group: WantedGroup): Required<RootDraft> {
  const draft = { put: [] as AppDraft[], remove: [] as string[] };
  const groups = { addGroups: [group.id], removeGroups: [] as string[] };
  if (group.apps !== undefined) {
    const listed = new Set(group.apps.map(({ id }) => id));
    const direct = root.appsBelow(group.id).filter(({ id }) => parentOf(id) === group.id);
    draft.remove.push(...direct.map(({ id }) => id).filter((id) => !listed.has(id)));
    draft.put.push(...group.apps.map((fields) => ({ fields })));
  }
  if (group.groups !== undefined) {
    const listed = new Set(group.groups.map(({ id }) => id));
    const dropped = subgroupsOf(root, group.id).filter((id) => !listed.has(id));
    const parts = [
      ...dropped.map((id) => removeGroup(root, id)),
      ...group.groups.map((sub) => define(root, sub)),
    ];
    for (const part of parts) {
      draft.put.push(...(part.put ?? []));
      draft.remove.push(...(part.remove ?? []));
      groups.addGroups.push(...(part.addGroups ?? []));
      groups.removeGroups.push(...(part.removeGroups ?? []));
    }
  }
  return { ...draft, ...groups };
}

/** Paths of the groups directly in a group. */
export function subgroupsOf(root: Root, group: string): string[] {
  const depth = segmentsOf(group).length + 1;
  const below = [...root.namedGroups].filter((path) => isBelow(path, group));
  return [...new Set(below.map((path) => `/${segmentsOf(path).slice(0, depth).join('/')}`))];
}

function rollback(root: Root, id: string, version: string): RootDraft {
  const atMs = parseTimestamp(version);
  const snapshot = root.history.find((past) => Date.parse(past.version) === atMs);
  if (snapshot === undefined) throw illegalArgument(`Group ${id} not available in version ${version}`);
  const then = [...snapshot.apps.values()].filter((app) => isBelow(app.id, id));
  const kept = new Set(then.map((app) => app.id));
  return {
    put: then.map((app) => ({ fields: fieldsOf(app) })),
    remove: root
      .appsBelow(id)
      .map((app) => app.id)
      .filter((appId) => !kept.has(appId)),
  };
}
