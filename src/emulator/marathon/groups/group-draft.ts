// emulator: what a change of a group makes of the tree (Marathon's GroupApiService and GroupConversion).

import { illegalArgument } from '../../api-error.ts';
import { type AppDefinition, type AppDraft, fieldsOf } from '../../definition/app.ts';
import type { GroupChange, GroupUpdate } from '../../definition/group.ts';
import { parseTimestamp } from '../timestamp.ts';
import {
  aGroup,
  findGroup,
  type Group,
  type GroupApp,
  mapApps,
  putGroup,
  type WantedGroup,
} from './group.ts';
import type { Root } from './root.ts';

/** What Java's integers hold. */
const MAX_INSTANCES = 2_147_483_647;

/** @throws ApiError 422 for a version that is not known */
export function changedTree(root: Root, change: GroupChange): WantedGroup {
  const { id } = change;
  const current = root.group(id) ?? aGroup<AppDefinition>(id);
  switch (change.kind) {
    case 'define':
      return putGroup<GroupApp>(root.tree, updated(change.update, current));
    case 'scale':
      return putGroup<GroupApp>(root.tree, mapApps<AppDefinition, GroupApp>(current, scaled(change.by)));
    case 'rollback':
      return putGroup<GroupApp>(root.tree, past(root, id, change.version));
  }
}

function scaled(by: number): (app: AppDefinition) => AppDraft {
  return (app) => ({
    fields: { ...fieldsOf(app), instances: Math.min(Math.ceil(app.instances * by), MAX_INSTANCES) },
  });
}

/** What a given list does not name is removed; what is not given stays. A group in the list stays where it is known. */
function updated(update: GroupUpdate, current: Group | undefined): WantedGroup {
  const { id, apps, groups, dependencies, enforceRole } = update;
  return aGroup<GroupApp>(id, {
    enforceRole,
    dependencies: dependencies ?? current?.dependencies ?? [],
    apps: apps === undefined ? (current?.apps ?? new Map()) : new Map(apps.map((f) => [f.id, { fields: f }])),
    groups:
      groups === undefined
        ? (current?.groups ?? new Map())
        : new Map(groups.map((sub) => [sub.id, updated(sub, current?.groups.get(sub.id))])),
  });
}

function past(root: Root, id: string, version: string): Group {
  const tree = root.at(parseTimestamp(version) ?? Number.NaN);
  const group = tree === undefined ? undefined : findGroup(tree, id);
  if (group === undefined) throw illegalArgument(`Group ${id} not available in version ${version}`);
  return group;
}
