// emulator: the tree of groups and apps, as a value. What changes it returns another tree, in which every group has the
// version of the root, as in Marathon's RootGroup.

import type { AppDefinition, AppDraft } from '../../definition/app.ts';
import { isTopLevelPath, parentOf, segmentsOf } from '../../definition/app-id.ts';

/** As it is stored, or as it is wanted. */
export type GroupApp = AppDefinition | AppDraft;

export interface Group<A extends GroupApp = AppDefinition> {
  readonly id: string;
  /** Directly in the group, by id. */
  readonly apps: ReadonlyMap<string, A>;
  readonly groups: ReadonlyMap<string, Group<A>>;
  readonly dependencies: readonly string[];
  /** Of groups directly below the root: apps run with the role of the group. */
  readonly enforceRole?: boolean;
}

/** A stored tree, or one in which some apps are wanted otherwise. */
export type WantedGroup = Group<GroupApp>;

export interface GroupParts<A extends GroupApp> {
  readonly apps?: ReadonlyMap<string, A>;
  readonly groups?: ReadonlyMap<string, Group<A>>;
  readonly dependencies?: readonly string[];
  readonly enforceRole?: boolean | undefined;
}

/** Only a group directly below the root says whether roles are enforced. */
export function aGroup<A extends GroupApp>(id: string, parts: GroupParts<A> = {}): Group<A> {
  return {
    id,
    apps: parts.apps ?? new Map<string, A>(),
    groups: parts.groups ?? new Map<string, Group<A>>(),
    dependencies: parts.dependencies ?? [],
    ...(isTopLevelPath(id) ? { enforceRole: parts.enforceRole ?? false } : {}),
  };
}

export function findGroup<A extends GroupApp>(root: Group<A>, id: string): Group<A> | undefined {
  let group: Group<A> | undefined = root;
  let path = '';
  for (const segment of segmentsOf(id)) {
    path = `${path}/${segment}`;
    group = group?.groups.get(path);
  }
  return group;
}

export function findApp<A extends GroupApp>(root: Group<A>, id: string): A | undefined {
  return findGroup(root, parentOf(id))?.apps.get(id);
}

/** Of the group and of all groups below it. */
export function* appsIn<A extends GroupApp>(group: Group<A>): Iterable<A> {
  yield* group.apps.values();
  for (const sub of group.groups.values()) yield* appsIn(sub);
}

/** All groups below a group: first those directly in it, then what is below each. */
export function* groupsIn<A extends GroupApp>(group: Group<A>): Iterable<Group<A>> {
  yield* group.groups.values();
  for (const sub of group.groups.values()) yield* groupsIn(sub);
}

/** In place of the group with its id; groups above it come to be where they are missing. */
export function putGroup<A extends GroupApp>(root: Group<A>, group: Group<A>): Group<A> {
  if (group.id === '/') return group;
  const parentId = parentOf(group.id);
  const parent = findGroup(root, parentId) ?? aGroup<A>(parentId);
  return putGroup(root, { ...parent, groups: new Map(parent.groups).set(group.id, group) });
}

/** A group of the same id in which nothing runs makes room for the app. */
export function putApp<A extends GroupApp>(root: Group<A>, id: string, app: A): Group<A> {
  const parentId = parentOf(id);
  const parent = findGroup(root, parentId) ?? aGroup<A>(parentId);
  const groups = new Map(parent.groups);
  const namesake = groups.get(id);
  if (namesake !== undefined && !hasApps(namesake)) groups.delete(id);
  return putGroup(root, { ...parent, groups, apps: new Map(parent.apps).set(id, app) });
}

export function removeApp<A extends GroupApp>(root: Group<A>, id: string): Group<A> {
  const parent = findGroup(root, parentOf(id));
  if (parent === undefined) return root;
  const apps = new Map(parent.apps);
  apps.delete(id);
  return putGroup(root, { ...parent, apps });
}

export function removeGroup<A extends GroupApp>(root: Group<A>, id: string): Group<A> {
  const parent = findGroup(root, parentOf(id));
  if (parent === undefined) return root;
  const groups = new Map(parent.groups);
  groups.delete(id);
  return putGroup(root, { ...parent, groups });
}

/** Every app of the group and below it. */
export function mapApps<A extends GroupApp, B extends GroupApp>(
  group: Group<A>,
  change: (app: A) => B,
): Group<B> {
  const apps = new Map([...group.apps].map(([id, app]) => [id, change(app)]));
  const groups = new Map([...group.groups].map(([id, sub]) => [id, mapApps(sub, change)]));
  return { ...group, apps, groups };
}

function hasApps<A extends GroupApp>(group: Group<A>): boolean {
  const [first] = appsIn(group);
  return first !== undefined;
}

/** Neither apps nor groups in it. */
export function isEmpty<A extends GroupApp>(group: Group<A>): boolean {
  return group.apps.size === 0 && group.groups.size === 0;
}
